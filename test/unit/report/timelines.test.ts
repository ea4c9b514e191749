import { expect, test } from "@jest/globals";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { deliveryHealth } from "#core/detection/delivery-health.ts";
import type { Anomaly } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { BUCKET, HOUR } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { incidentTimelines } from "#core/report/timelines.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { at, config, SIGNAL, START, stream } from "../detection/world.ts";

const PEERS = ["111111111111", "222222222222"] as const;
const NEWCOMER = "999999999999";
const OPENED = at(10);
const span = { start: START, end: at(11) };

/** Every hour of ten days each of the peers launches thirty; the newcomer does so once. */
const rows: RollupRow[] = [...PEERS, NEWCOMER].flatMap((account) => {
  const entity = { account, region: "eu-west-1", principal: null, resource: null };
  const hours = account === NEWCOMER ? [244] : Array.from({ length: 240 }, (_, hour) => hour);
  return hours.map((hour) => ({ signal: SIGNAL.id, entity, bucket: START + hour * HOUR, value: 30 }));
});

const anomaly = {
  kind: "anomaly",
  signal: SIGNAL.id,
  entity: { account: NEWCOMER, region: "eu-west-1", principal: null, resource: null },
  window: { start: START + 244 * HOUR, end: START + 244 * HOUR + BUCKET },
  severity: "low",
  grade: 0.5,
  id: "anomaly-1",
} as unknown as Anomaly;

async function bandOf(finding: Anomaly) {
  const deliveries = [...PEERS, NEWCOMER].flatMap((account) => {
    const since = account === NEWCOMER ? OPENED : START;
    const buckets = (span.end - since) / BUCKET;
    return Array.from({ length: buckets }, (_, i) => ({ account, bucket: since + i * BUCKET, events: 1 }));
  });
  const timelines = await incidentTimelines({
    incidents: [{ id: "incident-1", findings: [finding] } as unknown as Incident],
    rollup: stream(rows),
    signals: [SIGNAL],
    health: await deliveryHealth(stream(deliveries), span, config()),
    engine: createCountEngine(),
    directory: parseOrganization(
      [...PEERS, NEWCOMER].map((id) => ({ id, ouPath: "/Sandbox" })),
      contextConfigSchema.parse({}),
    ),
    span,
  });
  return timelines["incident-1"]?.rows ?? [];
}

test("where a new account's expectation is its peers', the chart's band is theirs too", async () => {
  const highest = (band: Awaited<ReturnType<typeof bandOf>>) => Math.max(...band.map(({ upper }) => upper));
  const own = highest((await bandOf(anomaly)).filter(({ time }) => time >= new Date(OPENED).toISOString()));
  const theirs = await bandOf({ ...anomaly, expectedBy: { by: "type", name: "sandbox", accounts: 2 } });
  expect(theirs.filter(({ inWindow }) => inWindow)).toHaveLength(1);
  expect(highest(theirs.filter(({ time }) => time >= new Date(OPENED).toISOString()))).toBeGreaterThan(4 * own);
});
