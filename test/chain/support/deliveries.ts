import { gzipSync } from "node:zlib";
import { cloudtrailKey } from "#core/domain/cloudtrail-key.ts";
import { type EpochMs, MINUTE } from "#core/domain/time.ts";
import { type SimulationOptions, simulate } from "#simulator/index.ts";
import { Random } from "#simulator/prng.ts";

/** Records that come together, in the log stream of an account's region. */
export interface Delivery {
  readonly at: EpochMs;
  readonly stream: string;
  readonly records: readonly SimulatedRecord[];
}

export interface SimulatedRecord {
  readonly eventID: string;
  readonly eventTime: string;
  readonly recipientAccountId: string;
  readonly awsRegion: string;
}

interface File {
  readonly path: string;
  readonly stream: string;
  readonly deliveredAt: EpochMs;
  readonly records: readonly SimulatedRecord[];
}

const STREAM = /\/([0-9]{12})\/(?:CloudTrail|CloudTrail-Insight)\/([a-z0-9-]+)\//;

/** Files with records, and the paths of those that came much later than others. */
function simulated(options: SimulationOptions): {
  readonly files: readonly File[];
  readonly late: ReadonlySet<string>;
} {
  const files: File[] = [];
  const world = simulate(options);
  for (;;) {
    const next = world.next();
    if (next.done) return { files, late: new Set(next.value.lateFiles.map(({ path }) => path)) };
    const { path, text } = next.value;
    const [, account, region] = STREAM.exec(path) ?? [];
    const deliveredAt = cloudtrailKey(path)?.deliveredAt ?? null;
    if (account === undefined || deliveredAt === null) continue;
    files.push({ path, stream: `${account}_CloudTrail_${region}`, deliveredAt, records: JSON.parse(text).Records });
  }
}

/** Every record once, some minutes after it happened. */
export function inOrder(options: SimulationOptions, delay: EpochMs = 4 * MINUTE): readonly Delivery[] {
  const seen = new Set<string>();
  const deliveries: Delivery[] = [];
  for (const { stream, records } of simulated(options).files) {
    for (const record of records) {
      if (seen.has(record.eventID)) continue;
      seen.add(record.eventID);
      deliveries.push({ at: Date.parse(record.eventTime) + delay, stream, records: [record] });
    }
  }
  return deliveries.sort((a, b) => a.at - b.at);
}

/** Minutes from an event to its delivery. AWS documentation: about 5 on average, not guaranteed; most within 15. */
const USUAL = { low: 2 * MINUTE, high: 8 * MINUTE, slow: 14 * MINUTE, slowShare: 0.1 };

/** Every record with a delay of its own, those of late files hours later, and some a second time with a later file. */
export function withDelays(options: SimulationOptions): readonly Delivery[] {
  const random = new Random("delays");
  const seen = new Set<string>();
  const deliveries: Delivery[] = [];
  const { files, late } = simulated(options);
  for (const { path, stream, deliveredAt, records } of files) {
    for (const record of records) {
      const isRepeated = seen.has(record.eventID);
      seen.add(record.eventID);
      const { low, high, slow, slowShare } = USUAL;
      const usual = random.chance(slowShare) ? random.int(high, slow) : random.int(low, high);
      const at = isRepeated || late.has(path) ? deliveredAt : Date.parse(record.eventTime) + usual;
      deliveries.push({ at, stream, records: [record] });
    }
  }
  return deliveries.sort((a, b) => a.at - b.at);
}

/** CloudWatch Logs sends what it has of a stream, up to some hundred kilobytes. */
const MOST_RECORDS = 400;

/** What a subscription filter makes of deliveries: a payload for each stream, or several. */
export function payloadsOf(deliveries: readonly Delivery[]): readonly object[] {
  const streams = new Map<string, { timestamp: EpochMs; record: SimulatedRecord }[]>();
  for (const { stream, at, records } of deliveries) {
    const own = streams.get(stream) ?? [];
    streams.set(stream, own);
    own.push(...records.map((record) => ({ timestamp: at, record })));
  }
  return [...streams].flatMap(([stream, events]) => {
    const payloads: object[] = [];
    for (let at = 0; at < events.length; at += MOST_RECORDS) {
      payloads.push(subscription(stream, events.slice(at, at + MOST_RECORDS)));
    }
    return payloads;
  });
}

function subscription(
  logStream: string,
  events: readonly { readonly timestamp: EpochMs; readonly record: SimulatedRecord }[],
): object {
  const payload = {
    messageType: "DATA_MESSAGE",
    owner: logStream.slice(0, 12),
    logGroup: "/trailwatch/org-trail",
    logStream,
    subscriptionFilters: ["trailwatch"],
    logEvents: events.map(({ timestamp, record }) => ({
      id: record.eventID,
      timestamp,
      message: JSON.stringify(record),
    })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(payload), { level: 1 }).toString("base64") } };
}
