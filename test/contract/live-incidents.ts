import { beforeEach, describe, expect, test } from "@jest/globals";
import type { IncidentDraft } from "#core/domain/incident.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { IncidentMirror, KeptIncident, LiveIncident, LiveIncidents } from "#core/ports/live-incidents.ts";
import { sampleFinding } from "./finding-store.ts";
import { sampleIncident } from "./incident-store.ts";

const START = Date.UTC(2026, 10, 3, 2);

function sampleDraft(id: string, changes: Partial<IncidentDraft>): IncidentDraft {
  const { cost: _, explanation: __, evidence: ___, ...draft } = sampleIncident(id, { revision: 1, ...changes });
  return draft;
}

/** A plain incident to start a handwritten one from. */
export const liveIncident = (
  id: string,
  changes: Partial<LiveIncident> = {},
  draft: Partial<IncidentDraft> = {},
): LiveIncident => ({
  draft: sampleDraft(id, draft),
  formerIds: [],
  saidRevision: 0,
  said: null,
  explained: null,
  notBefore: null,
  withdrawnAt: null,
  ...changes,
});

const closedAt = (end: number): Partial<IncidentDraft> => ({
  state: "closed",
  window: { start: end - HOUR, end },
  closedAt: end,
});

const idsOf = (kept: readonly KeptIncident[]): readonly string[] => kept.map(({ draft }) => draft.id);

/** What every keeper of a deployment's incidents does. */
export function liveIncidentsContract(name: string, open: () => Promise<LiveIncidents>): void {
  describe(`live incidents: ${name}`, () => {
    let incidents: LiveIncidents;
    beforeEach(async () => {
      incidents = await open();
    });
    const put = async (incident: LiveIncident, version: number | null = null): Promise<KeptIncident> => ({
      ...incident,
      version: await incidents.put(incident, version),
    });

    test("gives back what was put, with its version", async () => {
      expect(await incidents.get("inc-1")).toBeNull();
      const whole = liveIncident("inc-1", {
        formerIds: ["inc-0"],
        said: {
          occasion: "opened",
          revision: 1,
          at: START,
          severity: "high",
          accounts: ["111111111111"],
          messageIds: { sns: "m-1" },
        },
        saidRevision: 1,
        explained: {
          revision: 1,
          at: START,
          cost: { status: "none" },
          explanation: { summary: "🚨", causes: [], actions: [] },
          evidence: [],
        },
        notBefore: START + MINUTE,
        withdrawnAt: START,
      });
      const first = await put(whole);
      expect(await incidents.get("inc-1")).toEqual(first);
      const second = await put({ ...whole, saidRevision: 2 }, first.version);
      expect(second.version).toBeGreaterThan(first.version);
      expect(await incidents.get("inc-1")).toEqual(second);
    });

    test("refuses a change of what was changed meanwhile", async () => {
      const refused = { code: "CHANGED_MEANWHILE" };
      await expect(incidents.put(liveIncident("inc-1"), 1)).rejects.toMatchObject(refused);
      const first = await put(liveIncident("inc-1"));
      await expect(incidents.put(liveIncident("inc-1"), null)).rejects.toMatchObject(refused);
      const second = await put(liveIncident("inc-1", {}, { severity: "high" }), first.version);
      await expect(incidents.put(liveIncident("inc-1"), first.version)).rejects.toMatchObject(refused);
      await expect(incidents.forward(first, "inc-2")).rejects.toMatchObject(refused);
      expect(await incidents.get("inc-1")).toEqual(second);
    });

    test("of many who put at once, one does", async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 4 }, (_, eventCount) => incidents.put(liveIncident("inc-1", {}, { eventCount }), null)),
      );
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });

    test("forwards ids, one to the next", async () => {
      const [one, two] = [await put(liveIncident("inc-1")), await put(liveIncident("inc-2"))];
      await put(liveIncident("inc-3"));
      await incidents.forward(one, "inc-2");
      await incidents.forward(one, "inc-2");
      await incidents.forward(two, "inc-3");
      expect((await incidents.get("inc-1"))?.draft.id).toBe("inc-3");
      expect((await incidents.get("inc-2"))?.draft.id).toBe("inc-3");
      expect(idsOf(await incidents.list(0))).toEqual(["inc-3"]);
      expect(idsOf(await incidents.outbox(START, 10))).toEqual(["inc-3"]);
      await expect(incidents.put(liveIncident("inc-1"), one.version)).rejects.toMatchObject({
        code: "CHANGED_MEANWHILE",
      });
    });

    test("an id that leads elsewhere may be an incident's again", async () => {
      const [one, two] = [await put(liveIncident("inc-1")), await put(liveIncident("inc-2"))];
      await incidents.forward(one, "inc-2");
      const again = await put(liveIncident("inc-1", {}, { severity: "high" }));
      expect(again.version).toBeGreaterThan(one.version);
      expect(await incidents.get("inc-1")).toEqual(again);
      await incidents.forward(two, "inc-1");
      expect(await incidents.get("inc-2")).toEqual(again);
      expect(idsOf(await incidents.list(0))).toEqual(["inc-1"]);
      await expect(incidents.put(liveIncident("inc-1"), null)).rejects.toMatchObject({ code: "CHANGED_MEANWHILE" });
    });

    test("lists what is open, and what ended since", async () => {
      await put(liveIncident("open", {}, { window: { start: 0, end: 1 } }));
      await put(liveIncident("ended", {}, closedAt(START)));
      const lasting = await put(liveIncident("reopened", {}, closedAt(START - 1)));
      expect([...idsOf(await incidents.list(START))].sort()).toEqual(["ended", "open"]);
      await put(liveIncident("reopened", {}, { state: "open" }), lasting.version);
      expect([...idsOf(await incidents.list(START + 1))].sort()).toEqual(["open", "reopened"]);
    });

    test("the outbox has what is not said yet, when it may be looked at, the earliest first", async () => {
      const window = (start: number) => ({ window: { start, end: start + HOUR } });
      await put(liveIncident("said", { saidRevision: 1 }));
      await put(liveIncident("later", {}, window(START + 2)));
      await put(liveIncident("first", {}, window(START)));
      await put(liveIncident("second", { saidRevision: 1 }, { revision: 2, ...window(START + 1) }));
      const waiting = await put(liveIncident("waiting", { notBefore: START + MINUTE }, window(START + 3)));
      expect(idsOf(await incidents.outbox(START, 10))).toEqual(["first", "second", "later"]);
      expect(idsOf(await incidents.outbox(START, 2))).toEqual(["first", "second"]);
      expect(idsOf(await incidents.outbox(START + MINUTE, 10))).toEqual(["first", "second", "later", "waiting"]);
      await put({ ...liveIncident("waiting"), saidRevision: 1 }, waiting.version);
      expect(idsOf(await incidents.outbox(START + MINUTE, 10))).toEqual(["first", "second", "later"]);
    });

    test("hundreds of findings come back whole", async () => {
      const findings = Array.from({ length: 600 }, (_, index) =>
        sampleFinding(`f-${index}`, { severityReasons: [`reason ${index} `.repeat(200)] }),
      );
      const kept = await put(liveIncident("inc-1", {}, { findings }));
      expect(await incidents.get("inc-1")).toEqual(kept);
    });
  });
}

/** What every copy of incidents for people keeps. */
export function incidentMirrorContract(
  name: string,
  open: () => Promise<{ mirror: IncidentMirror; copies: () => Promise<ReadonlyMap<string, number>> }>,
): void {
  describe(`mirror of incidents: ${name}`, () => {
    test("has the newest revision of what was put and not taken back", async () => {
      const { mirror, copies } = await open();
      await mirror.put(sampleIncident("inc-1", { revision: 2 }));
      await mirror.put(sampleIncident("inc-1", { revision: 1 }));
      await mirror.put(sampleIncident("inc-2", { revision: 1 }));
      await mirror.put(sampleIncident("inc-2", { revision: 1, eventCount: 5 }));
      await mirror.put(sampleIncident("inc-3", { revision: 1 }));
      await mirror.remove(["inc-3", "never"]);
      expect(await copies()).toEqual(
        new Map([
          ["inc-1", 2],
          ["inc-2", 1],
        ]),
      );
    });
  });
}
