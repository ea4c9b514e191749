import { expect, test } from "@jest/globals";
import { type CompareContext, compareDelivered } from "#core/delivery/compare-delivered.ts";
import { latenessOf } from "#core/delivery/late-findings.ts";
import type { DeliveredIncident } from "#core/domain/as-delivered.ts";
import type { Incident } from "#core/domain/incident.ts";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { MemoryDelivered } from "../../fakes/memory-delivered.ts";
import { MemoryEventStore } from "../../fakes/memory-event-store.ts";
import { sampleEvent } from "../../fakes/usage-events.ts";
import { ORGANIZATION } from "../incidents/world.ts";
import { analysed } from "../live/outcome.ts";
import { CONFIG, SMALL_WORLD } from "../live/small-world.ts";

const incidents = await analysed(
  new MemoryEventStore(SMALL_WORLD.map((event) => ({ event, counted: true }))),
  CONFIG,
  ORGANIZATION,
);
/** One of several findings. */
const whole = incidents.find(({ findings }) => findings.length > 2) as Incident;
const TOLD = "something was said";

const context: CompareContext = {
  lateness: async ({ id }) => `late ${id}`,
  groupDays: 7,
  told: (id) => (id.startsWith("untold") ? null : TOLD),
};

function delivered(
  { cost: _, explanation, evidence: __, ...draft }: Incident,
  changes: Partial<DeliveredIncident> = {},
): DeliveredIncident {
  const { summary } = explanation;
  return { draft, summary, formerIds: [], foundAt: draft.window.end, withdrawnAt: null, ...changes };
}

test("the same in all that is compared is no difference, whatever else was learnt later", async () => {
  const found = incidents.map((incident) => delivered({ ...incident, revision: 9, eventCount: 1, state: "open" }));
  expect(await compareDelivered(incidents, found, context)).toEqual({
    same: incidents.map(({ id }) => id),
    differences: [],
  });
});

test("what was not found is named, with every finding that was missed", async () => {
  const others = incidents.filter((incident) => incident !== whole);
  const { same, differences } = await compareDelivered(
    incidents,
    others.map((one) => delivered(one)),
    context,
  );
  expect(same).toEqual(others.map(({ id }) => id));
  expect(differences).toEqual([
    {
      id: whole.id,
      deliveredId: null,
      severity: whole.severity,
      summary: whole.explanation.summary,
      what: ["not found as delivered"],
      reasons: whole.findings.map(({ id }) => `late ${id}`),
    },
  ]);
});

test("an incident is recognised under the id it had before, and by its findings under one it never had", async () => {
  const under = (id: string, formerIds: readonly string[]) => delivered({ ...whole, id }, { formerIds });
  for (const formerIds of [[whole.id], []]) {
    const { same, differences } = await compareDelivered([whole], [under("other", formerIds)], context);
    expect(same).toEqual([]);
    expect(differences).toMatchObject([
      { id: whole.id, deliveredId: "other", what: [`id other instead of ${whole.id}`] },
    ]);
    expect(differences[0]?.reasons.join()).toContain("the findings are the same");
  }
});

test("what is not the same is told one by one, and why only of the findings that differ", async () => {
  const [first, second, ...rest] = whole.findings as [never, never];
  const shifted = { ...(second as object), severity: "info" };
  const changed = {
    ...whole,
    severity: "low" as const,
    window: { start: whole.window.start, end: whole.window.end + HOUR },
    accounts: [],
    principals: [],
    paging: { ...whole.paging, paged: false, reason: "not paged: low, below medium" },
    findings: [first, shifted as never, ...rest],
  };
  const { differences } = await compareDelivered([whole], [delivered(changed)], context);
  expect(differences[0]?.what).toHaveLength(5);
  expect(differences[0]?.what.join("; ")).toMatch(
    new RegExp(
      `severity low instead of ${whole.severity}.*accounts .*principals nobody instead of .*window .*not paged`,
    ),
  );
  expect(differences[0]?.reasons).toEqual([`late ${(second as { id: string }).id}`]);
});

test("a part that stands alone, what the analysis has not, and what was taken back after it was said", async () => {
  const [first, ...rest] = whole.findings;
  const part = delivered({ ...whole, id: "part", findings: first ? [first] : [] });
  const most = delivered({ ...whole, findings: rest });
  const strange = delivered({ ...whole, id: "strange", findings: [] });
  const gone = (id: string) => delivered({ ...whole, id, findings: [] }, { withdrawnAt: whole.window.end + DAY });
  const found = [most, part, strange, gone("said"), gone("untold")];
  const { same, differences } = await compareDelivered([whole], found, context);
  expect(same).toEqual([whole.id]);
  expect(differences.map(({ id, deliveredId, what }) => [id, deliveredId, ...what])).toEqual([
    [null, "part", `an incident of its own, a part of ${whole.id} in the analysis`],
    [null, "strange", expect.stringMatching(/^found at .*, not in the analysis$/)],
    [null, "said", expect.stringMatching(/^said, and taken back at /)],
  ]);
  expect(differences.every(({ summary }) => summary === TOLD)).toBe(true);
});

test("what goes on for longer than a deployment groups is said to", async () => {
  const long = { ...whole, window: { start: whole.window.start - 8 * DAY, end: whole.window.end } };
  const { differences } = await compareDelivered([long], [delivered(whole)], context);
  expect(differences[0]?.reasons[0]).toContain("7 days");
});

test("a finding is explained by the late events of its own, else by those before it, else by none", async () => {
  const [finding] = whole.findings as [Incident["findings"][number]];
  const { account, window } = finding;
  const region = finding.region === "*" ? "eu-west-1" : finding.region;
  const event = (id: string, time: number) => sampleEvent({ id, time, account, region, service: "ec2" });
  const said = async (own: number, before: number): Promise<string> => {
    const events = new MemoryDelivered();
    events.deliver([
      { event: event("own", window.start), counted: true, deliveredAt: window.start + own },
      { event: event("before", window.start - DAY), counted: true, deliveredAt: window.start - DAY + before },
    ]);
    return latenessOf(events, 15 * MINUTE)(finding);
  };
  expect(await said(HOUR, HOUR)).toContain(
    "1 of 1 event came more than 15 minutes after they happened, the last 1 hour",
  );
  expect(await said(MINUTE, HOUR)).toContain(
    "none of its events came late, but 1 of 1 event of the 14 days before did",
  );
  expect(await said(MINUTE, MINUTE)).toContain("no event came late");
});
