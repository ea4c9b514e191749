import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Incident } from "#core/domain/incident.ts";
import { HOUR } from "#core/domain/time.ts";
import type { IncidentStore } from "#core/ports/incident-store.ts";

const START = Date.UTC(2026, 10, 3, 2);

/** A plain incident to start a handwritten one from. */
export const sampleIncident = (id: string, changes: Partial<Incident> = {}): Incident => ({
  id,
  revision: 0,
  state: "open",
  openedAt: START,
  updatedAt: START,
  closedAt: null,
  window: { start: START, end: START + HOUR },
  severity: "medium",
  severityReasons: ["ten instances"],
  accounts: [
    {
      id: "111111111111",
      alias: "it's prod",
      type: "production",
      ouPath: null,
      costCenter: null,
      owner: null,
      tags: {},
      known: true,
    },
  ],
  regions: ["eu-west-1"],
  principals: [{ value: "'; drop table incidents; --", count: 3 }],
  findings: [],
  joinedBy: [],
  expected: { expected: false, reasons: [] },
  expectedLoss: { usd: 950, because: ["medium stands for 1,000 USD"] },
  paging: { paged: true, reason: "medium", heldBackBy: null },
  mute: null,
  label: null,
  cost: { status: "none" },
  explanation: { summary: "47 instances launched 🚨", causes: [], actions: [] },
  evidence: [],
  eventIds: ["e-1"],
  eventCount: 1,
  ...changes,
});

/** What every incident store keeps and answers. */
export function incidentStoreContract(
  name: string,
  open: () => Promise<{ store: IncidentStore; close: () => Promise<void> }>,
): void {
  describe(`incident store: ${name}`, () => {
    let store: IncidentStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(() => close());

    test("gives back what was saved, most severe first, then newest, then by id", async () => {
      await store.save([
        sampleIncident("b-low", { severity: "low" }),
        sampleIncident("d", { openedAt: START }),
        sampleIncident("c", { openedAt: START }),
        sampleIncident("a-new", { openedAt: START + HOUR }),
        sampleIncident("z-critical", { severity: "critical" }),
      ]);
      const list = await store.list();
      expect(list.map(({ id }) => id)).toEqual(["z-critical", "a-new", "c", "d", "b-low"]);
      expect(list[2]).toEqual(sampleIncident("c", { revision: 1 }));
    });

    test("counts revisions of what changed, keeps those of what did not, forgets what was not found again", async () => {
      await store.save([sampleIncident("same"), sampleIncident("changed"), sampleIncident("gone")]);
      await store.save([
        sampleIncident("same", { revision: 7 }),
        sampleIncident("changed", { eventCount: 2 }),
        sampleIncident("new"),
      ]);
      expect((await store.list()).map(({ id, revision }) => [id, revision])).toEqual([
        ["changed", 2],
        ["new", 1],
        ["same", 1],
      ]);
      await store.save([]);
      expect(await store.list()).toEqual([]);
    });

    test("finds by id and by the beginning of one", async () => {
      await store.save([sampleIncident("inc-ab12"), sampleIncident("inc-ab"), sampleIncident("inc-cd34")]);
      expect((await store.get("inc-c")).id).toBe("inc-cd34");
      expect((await store.get("inc-ab")).id).toBe("inc-ab");
    });

    test("names what is near when there is no such incident, or several", async () => {
      await expect(store.get("x")).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: "There is no incident x: none is kept",
      });
      await store.save([
        sampleIncident("inc-ab12"),
        sampleIncident("inc-ab34"),
        sampleIncident("inc-zz99"),
        sampleIncident("other-long-name"),
      ]);
      await expect(store.get("inc-ab1Z")).rejects.toMatchObject({
        code: "NOT_FOUND",
        nextStep: expect.stringMatching(/^Nearest: inc-ab12 \(medium, 2026-11-03T02:00:00Z\), inc-ab34 /),
      });
      await expect(store.get("inc-ab")).rejects.toMatchObject({
        message: "2 incidents begin with inc-ab",
        nextStep: expect.stringContaining("inc-ab12"),
      });
      await expect(store.get("")).rejects.toMatchObject({ code: "NOT_FOUND" });
    });
  });
}
