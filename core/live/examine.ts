import type { AccountPeers } from "../detection/account-peers.ts";
import type { DetectionConfig } from "../detection/config.ts";
import { type AnomalyDraft, isGrave, judgeEntity } from "../detection/judge-entity.ts";
import { mayHavePeers, othersMatterFrom } from "../detection/peers.ts";
import type { EntitySeries } from "../detection/series.ts";
import { seriesByAccount } from "../detection/series-of-rows.ts";
import type { Anomaly, SignalEntity } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import { completeAnomaly } from "../incidents/complete-anomaly.ts";
import type { DetectorEngine } from "../ports/detector-engine.ts";
import type { EventStore, RollupRow } from "../ports/event-store.ts";
import type { RollupStore } from "../ports/rollup-store.ts";
import { compareSeries, type Series } from "../signals/order.ts";
import { canonical } from "../use-cases/kept-incidents.ts";
import type { FollowedAccount } from "./follow-delivery.ts";
import type { HeldExpectations } from "./held-expectations.ts";
import { type OpenCounts, signatureOf } from "./open-counts.ts";
import { anomalySubject } from "./subjects.ts";

export interface ExamineContext {
  readonly store: EventStore;
  readonly rollups: RollupStore;
  readonly open: OpenCounts;
  readonly engine: DetectorEngine;
  readonly config: DetectionConfig;
  readonly signals: ReadonlyMap<string, Signal>;
  readonly peers: AccountPeers;
  readonly expectations: HeldExpectations;
  readonly seriesDays: number;
  /** Findings that ended before are nobody's concern any more. */
  readonly keptSince: EpochMs;
  readonly now: EpochMs;
}

export interface Examination {
  readonly findings: readonly Anomaly[];
  /** Where a finding rests on buckets that may change, or on silence that is not judged yet: their end; `null` where all is final. */
  readonly provisionalUntil: EpochMs | null;
  /** See {@link signatureOf}: the open buckets that were looked at. */
  readonly seen: string;
}

/** Events of windows that ended so recently may still come in. */
const SETTLING = HOUR;

/**
 * Judges one entity by all its counts, as the batch does: closed buckets from the roll-ups, open ones from the events.
 * @param before what was found last time: what is the same need not be asked again who did it
 */
export async function examineEntity(
  series: Series,
  followed: FollowedAccount,
  closed: EpochMs,
  before: readonly Anomaly[],
  context: ExamineContext,
): Promise<Examination> {
  const { config, engine, now, keptSince } = context;
  const signal = context.signals.get(series.signal) as Signal;
  const { delivery, time } = followed;
  const from = Math.max(delivery.since, bucketStart(now - context.seriesDays * DAY));
  const openRows = await context.open.since(anomalySubject(series), closed, followed.heardUntil);
  const entity = await seriesOf(series, from, closed, openRows, context);
  const judging = { engine, config, span: { start: from, end: time }, from, accounts: context.peers };
  const expectation =
    from === delivery.since ? await context.expectations.of(signal, series, delivery.since, context.peers) : null;
  const kept = (drafts: readonly AnomalyDraft[]): readonly AnomalyDraft[] =>
    drafts.filter(({ window }) => window.end >= keptSince);
  const judged = (others: readonly EntitySeries[]): readonly AnomalyDraft[] =>
    kept(judgeEntity(signal, entity, others, delivery, judging, expectation));
  let drafts = judged([]);
  const starts = drafts.map(({ window }) => window.start);
  const { account, region } = series.entity;
  if (starts.some((start) => mayHavePeers(signal, entity, start))) {
    drafts = judged(await othersOf(series, { start: from, end: closed }, { account, region }, context));
  }
  const since = drafts
    .filter(isGrave)
    .flatMap(({ window }) => othersMatterFrom(signal, account, window.start, context.peers, config) ?? []);
  if (since.length > 0) {
    drafts = judged(await othersOf(series, { start: Math.min(...since), end: closed }, {}, context));
  }
  const known = new Map(before.map((finding) => [finding.id, finding]));
  const findings: Anomaly[] = [];
  for (const draft of drafts) {
    findings.push(
      unchanged(draft, known.get(draft.id), time) ?? (await completeAnomaly(draft, context.store, [signal])),
    );
  }
  const lastOpen = openRows.at(-1);
  const end = Math.max(lastOpen ? lastOpen.bucket + BUCKET : 0, ...drafts.map(({ window }) => window.end));
  return { findings, provisionalUntil: end > followed.through ? end : null, seen: signatureOf(openRows) };
}

function unchanged(draft: AnomalyDraft, before: Anomaly | undefined, time: EpochMs): Anomaly | null {
  if (!before || before.window.end > time - SETTLING) return null;
  const { facets: _, eventIds: __, secondOpinion: ___, ...rest } = before;
  return canonical(rest) === canonical(draft) ? before : null;
}

async function seriesOf(
  { signal, entity }: Series,
  from: EpochMs,
  closed: EpochMs,
  openRows: readonly RollupRow[],
  { rollups }: ExamineContext,
): Promise<EntitySeries> {
  const series: { entity: EntitySeries["entity"]; buckets: EpochMs[]; values: number[] } = {
    entity,
    buckets: [],
    values: [],
  };
  const add = ({ bucket, value }: RollupRow): void => {
    if (!(value > 0)) return;
    series.buckets.push(bucket);
    series.values.push(value);
  };
  for await (const row of rollups.counts({ start: from, end: closed }, [signal], entity)) add(row);
  openRows.forEach(add);
  return series;
}

/** The others of the signal, as far as they are closed: what is done there now excuses nothing. */
async function othersOf(
  series: Series,
  window: TimeWindow,
  where: Partial<SignalEntity>,
  { rollups }: ExamineContext,
): Promise<readonly EntitySeries[]> {
  const rows = rollups.counts(window, [series.signal], where);
  async function* counts(): AsyncGenerator<RollupRow> {
    for await (const row of rows) if (compareSeries(row, series) !== 0) yield row;
  }
  const peers: EntitySeries[] = [];
  for await (const { series: some } of seriesByAccount(counts())) peers.push(...some);
  return peers;
}
