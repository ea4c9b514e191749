import type { SignalEntity } from "#core/domain/finding.ts";
import { compareText } from "#core/domain/ordering.ts";
import type { Signal } from "#core/domain/signal.ts";
import { type EpochMs, HOUR, type TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { EVENT_FIELDS } from "#core/signals/event-fields.ts";
import { compareSeries } from "#core/signals/order.ts";
import { allOf, countsOf, type Dsl, type RollupKey, type RollupScan, rollupScans } from "#core/signals/query-dsl.ts";
import { inWindow } from "./matching-events.ts";
import { type Asked, compositeBuckets, timeSource } from "./search.ts";
import { wholeTexts } from "./whole-texts.ts";

/**
 * Counts signals, several in one aggregation. The answer comes entity by entity and the port wants signal by signal, so
 * that the rows of the window are held, in sixteen bytes each and their entities' names.
 */
export async function* countSignals(
  asked: Asked,
  signals: readonly Signal[],
  bucket: EpochMs,
  window: TimeWindow | undefined,
): AsyncGenerator<RollupRow> {
  const counted: CountedSignal[] = [];
  for (const scan of rollupScans(signals, bucket)) counted.push(...(await countScan(asked, scan, bucket, window)));
  counted.sort((a, b) => compareText(a.signal, b.signal));
  for (const { signal, series } of counted) {
    for (const { entity, counts } of series) {
      for (let at = 0; at < counts.length; at += 2) {
        yield { signal, entity, bucket: counts[at] as EpochMs, value: counts[at + 1] as number };
      }
    }
  }
}

interface CountedSignal {
  readonly signal: string;
  /** Sorted by entity. */
  readonly series: readonly Series[];
}

interface Series {
  readonly entity: SignalEntity;
  /** Bucket, count, bucket, count ...: rising buckets, counts other than zero. */
  readonly counts: number[];
}

async function countScan(
  asked: Asked,
  scan: RollupScan,
  bucket: EpochMs,
  window: TimeWindow | undefined,
): Promise<readonly CountedSignal[]> {
  const series = scan.signals.map(() => new Map<string, Series>());
  for await (const slice of slicesOf(asked, scan.query, bucket, window)) {
    const query = allOf([inWindow(slice), scan.query]);
    const pageSize = pageSizeOf(scan);
    const { sources, aggregations } = scan;
    for await (const cell of compositeBuckets(asked, { query, sources, aggregations, pageSize })) {
      addCounts(series, cell["key"], countsOf(scan, cell));
    }
  }
  const inWords = await entityInWords(asked, series);
  return scan.signals.map(({ id: signal }, at) => ({
    signal,
    series: [...(series[at] as Map<string, Series>).values()]
      .map(({ entity, counts }) => ({ entity: inWords(entity), counts }))
      .sort((a, b) => compareSeries({ signal, entity: a.entity }, { signal, entity: b.entity })),
  }));
}

async function entityInWords(
  asked: Asked,
  series: readonly Map<string, Series>[],
): Promise<(entity: SignalEntity) => SignalEntity> {
  const terms = { principal: new Set<string>(), resource: new Set<string>() };
  for (const ofSignal of series) {
    for (const { entity } of ofSignal.values()) {
      if (entity.principal !== null) terms.principal.add(entity.principal);
      if (entity.resource !== null) terms.resource.add(entity.resource);
    }
  }
  const principal = await wholeTexts(asked, EVENT_FIELDS.principal, terms.principal);
  const resource = await wholeTexts(asked, EVENT_FIELDS.resource, terms.resource);
  return (entity) => ({
    ...entity,
    principal: entity.principal === null ? null : principal(entity.principal),
    resource: entity.resource === null ? null : resource(entity.resource),
  });
}

function addCounts(series: readonly Map<string, Series>[], key: RollupKey, counts: readonly number[]): void {
  const { account, region, principal = null, resource = null, bucket } = key;
  const name = JSON.stringify([account, region, principal, resource]);
  for (const [at, value] of counts.entries()) {
    if (value === 0) continue;
    const ofSignal = series[at] as Map<string, Series>;
    let one = ofSignal.get(name);
    if (!one) {
      one = { entity: { account, region, principal, resource }, counts: [] };
      ofSignal.set(name, one);
    }
    one.counts.push(bucket, value);
  }
}

/** A page has about so many counts, which are some fifty bytes each. */
const COUNTS_A_PAGE = 200_000;
const MOST_BUCKETS = 10_000;

const pageSizeOf = ({ signals }: RollupScan): number =>
  Math.max(500, Math.min(MOST_BUCKETS, Math.floor(COUNTS_A_PAGE / signals.length)));

/** Events that are worth a question of their own. */
const EVENTS_A_SLICE = 50_000;

/**
 * The window in slices of whole buckets, in the order of time. Every page of a composite aggregation goes through all
 * events that match, so that the cost of many pages over many events grows with the square; of slices it does not.
 */
async function* slicesOf(
  asked: Asked,
  query: Dsl,
  bucket: EpochMs,
  window: TimeWindow | undefined,
): AsyncGenerator<TimeWindow> {
  const width = Math.ceil(HOUR / bucket) * bucket;
  if (window && window.end - window.start <= width) {
    if (window.end > window.start) yield window;
    return;
  }
  const hours = compositeBuckets(asked, {
    query: window ? allOf([inWindow(window), query]) : query,
    sources: [timeSource("start", EVENT_FIELDS.time, width)],
  });
  const within = ({ start, end }: TimeWindow): TimeWindow =>
    window ? { start: Math.max(start, window.start), end: Math.min(end, window.end) } : { start, end };
  let slice: Slice | undefined;
  for await (const { key, doc_count } of hours) {
    const hour: Slice = { start: key.start, end: key.start + width, events: doc_count };
    if (slice && slice.events + hour.events > EVENTS_A_SLICE) {
      yield within(slice);
      slice = hour;
    } else slice = { start: slice?.start ?? hour.start, end: hour.end, events: (slice?.events ?? 0) + hour.events };
  }
  if (slice) yield within(slice);
}

interface Slice extends TimeWindow {
  readonly events: number;
}
