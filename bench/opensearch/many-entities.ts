import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { writeEvents } from "#adapters/opensearch/documents/bulk-writer.ts";
import { type EventEntry, eventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import type { IndexNames } from "#adapters/opensearch/index-names.ts";
import { OpenSearchRollupStore } from "#adapters/opensearch/rollup-store.ts";
import { refresh } from "#adapters/opensearch/write-all.ts";
import { parseConfig } from "#core/config/index.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import { parseOrganization } from "#core/context/index.ts";
import { BUCKET, type EpochMs, HOUR, type TimeWindow } from "#core/domain/time.ts";
import { normaliseRecord } from "#core/normalise/index.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { rollUp } from "#core/use-cases/roll-up.ts";
import type { MeasuredNode } from "./node.ts";

export interface RollupTimes {
  readonly entities: number;
  readonly events: number;
  /** Counting every signal in one bucket, and in an hour of them; milliseconds, the median of three. */
  readonly bucket: { readonly milliseconds: number; readonly rows: number };
  readonly hour: { readonly milliseconds: number; readonly rows: number };
  /** A whole run of the roll-up when one more bucket has closed: counted, compared, written. */
  readonly run: { readonly milliseconds: number; readonly written: number };
}

const START = Date.UTC(2026, 9, 5, 8);
const BUCKETS = HOUR / BUCKET;
const REGIONS = 16;

/** Every account and region launches an instance and is refused a call in every bucket of an hour. */
export async function timeRollups(
  { connection }: MeasuredNode,
  names: IndexNames,
  entities: number,
): Promise<RollupTimes> {
  const config = parseConfig({});
  const directory = parseOrganization({ accounts: [] }, config.context);
  const knowledge = { accounts: directory, priceBook: createPriceBook(), riskyAction: () => false };
  function* entries(): Generator<EventEntry> {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      for (let entity = 0; entity < entities; entity++) {
        for (const record of recordsOf(entity, START + bucket * BUCKET)) {
          const normalised = normaliseRecord(record, () => "");
          if (normalised.kind !== "event") throw new Error("no event");
          yield eventEntry(normalised.event, { fingerprint: "" }, knowledge);
        }
      }
    }
  }
  const { created } = await writeEvents(connection, names, entries(), { now: Date.now });
  await refresh(connection, names.events);
  const store = new OpenSearchEventStore(connection, names);
  const signals = resolveSignals(config.signals);
  const counted = async (window: TimeWindow) => {
    let rows = 0;
    for await (const _ of store.rollup(signals, BUCKET, window)) rows++;
    return rows;
  };
  const end = START + HOUR;
  const input = {
    events: store,
    rollups: new OpenSearchRollupStore(connection, names),
    directory,
    signals,
    dense: watchedSignals(config.opensearch, signals).map(({ signal }) => signal.id),
    config: config.detection,
  };
  // up to the bucket before the last that may close
  const lateness = config.detection.latenessMinutes / 5;
  const { state } = await rollUp({ ...input, now: end + (lateness - 1) * BUCKET, state: null });
  const run = await timed(() => rollUp({ ...input, now: end + lateness * BUCKET, state }));
  const timings = async (window: TimeWindow) => {
    const all = [
      await timed(() => counted(window)),
      await timed(() => counted(window)),
      await timed(() => counted(window)),
    ];
    const [, median] = all.sort((a, b) => a.milliseconds - b.milliseconds);
    return { milliseconds: median?.milliseconds ?? 0, rows: median?.result ?? 0 };
  };
  return {
    entities,
    events: created,
    bucket: await timings({ start: end - BUCKET, end }),
    hour: await timings({ start: START, end }),
    run: { milliseconds: run.milliseconds, written: run.result.written },
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly milliseconds: number; readonly result: T }> {
  const started = performance.now();
  const result = await work();
  return { milliseconds: performance.now() - started, result };
}

let made = 0;

function recordsOf(entity: number, bucket: EpochMs): readonly unknown[] {
  const account = String(100_000_000_000 + Math.floor(entity / REGIONS));
  const record = (changes: object) => {
    made += 1;
    return {
      eventVersion: "1.08",
      userIdentity: {
        type: "IAMUser",
        arn: `arn:aws:iam::${account}:user/deploy`,
        accountId: account,
        accessKeyId: "AKIAEXAMPLE",
        userName: "deploy",
      },
      eventTime: `${new Date(bucket + (made % 300) * 1000).toISOString().slice(0, 19)}Z`,
      eventSource: "ec2.amazonaws.com",
      eventName: "RunInstances",
      awsRegion: `eu-west-${entity % REGIONS}`,
      sourceIPAddress: "198.51.100.7",
      userAgent: "aws-cli/2.15.0",
      eventID: `00000000-0000-4000-8000-${made.toString(16).padStart(12, "0")}`,
      readOnly: false,
      eventType: "AwsApiCall",
      recipientAccountId: account,
      requestParameters: { instanceType: "m5.large" },
      ...changes,
    };
  };
  const instance = { instanceId: `i-${made.toString(16)}`, instanceType: "m5.large" };
  return [
    record({ responseElements: { instancesSet: { items: [instance] } } }),
    record({ errorCode: "Client.UnauthorizedOperation" }),
  ];
}
