import { AccountPeers } from "../detection/account-peers.ts";
import { expectedBand } from "../detection/band.ts";
import type { DeliveryHealth } from "../detection/delivery-health.ts";
import { type PeerExpectation, peerExpectation } from "../detection/peer-expectation.ts";
import { type Anomaly, type SignalEntity, severityRank } from "../domain/finding.ts";
import type { Incident } from "../domain/incident.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, DAY, type EpochMs, HOUR, isoTime, MINUTE, type TimeWindow } from "../domain/time.ts";
import { accountName } from "../messages/phrases.ts";
import { named } from "../messages/visible.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { DetectorEngine } from "../ports/detector-engine.ts";
import type { RollupRow } from "../ports/event-store.ts";
import type { IncidentTimeline } from "./model.ts";

export interface TimelinesInput {
  readonly incidents: readonly Incident[];
  /** In the order of {@link EventStore.rollup}. */
  readonly rollup: AsyncIterable<RollupRow>;
  readonly signals: readonly Signal[];
  readonly health: DeliveryHealth;
  readonly engine: DetectorEngine;
  readonly directory: AccountDirectory;
  readonly span: TimeWindow;
}

interface Wanted {
  readonly anomaly: Anomaly;
  readonly incidents: string[];
  readonly buckets: EpochMs[];
  readonly values: number[];
}

interface Counted {
  readonly entity: SignalEntity;
  readonly buckets: EpochMs[];
  readonly values: number[];
}

/** For every incident with an anomaly: the count that departs most, before, during and after. */
export async function incidentTimelines(input: TimelinesInput): Promise<Record<string, IncidentTimeline>> {
  const wanted = new Map<string, Wanted>();
  for (const incident of input.incidents) {
    const anomaly = mainAnomaly(incident);
    if (!anomaly) continue;
    const key = entityKey(anomaly.signal, anomaly.entity);
    const entry = wanted.get(key) ?? { anomaly, incidents: [], buckets: [], values: [] };
    entry.incidents.push(incident.id);
    wanted.set(key, entry);
  }
  if (wanted.size === 0) return {};
  const peers = new PeersPast(input, [...wanted.values()]);
  let last: RollupRow | undefined;
  let entry: Wanted | undefined;
  for await (const row of input.rollup) {
    peers.add(row);
    // Rows of one entity come together, and mostly share it.
    if (row.entity !== last?.entity || row.signal !== last.signal) {
      entry = wanted.get(entityKey(row.signal, row.entity));
    }
    last = row;
    entry?.buckets.push(row.bucket);
    entry?.values.push(row.value);
  }
  const timelines: Record<string, IncidentTimeline> = {};
  for (const entry of wanted.values()) {
    for (const id of entry.incidents) {
      const incident = input.incidents.find((candidate) => candidate.id === id);
      const timeline = incident && drawn(incident, entry, input, peers);
      if (timeline) timelines[id] = timeline;
    }
  }
  return timelines;
}

const entityKey = (signal: string, { account, region, principal, resource }: SignalEntity): string =>
  JSON.stringify([signal, account, region, principal, resource]);

/** The gravest, then the surest; a count of a whole region before that of one principal, which is part of it. */
function mainAnomaly({ findings }: Incident): Anomaly | undefined {
  return findings
    .filter((finding): finding is Anomaly => finding.kind === "anomaly")
    .sort(
      (a, b) =>
        severityRank(b.severity) - severityRank(a.severity) ||
        b.grade - a.grade ||
        Number(a.entity.principal !== null) - Number(b.entity.principal !== null) ||
        a.window.start - b.window.start ||
        (a.id < b.id ? -1 : 1),
    )[0];
}

function drawn(
  incident: Incident,
  { anomaly: { signal: id, entity }, buckets, values }: Wanted,
  input: TimelinesInput,
  peers: PeersPast,
): IncidentTimeline | null {
  const signal = input.signals.find((candidate) => candidate.id === id);
  const delivery = input.health.accounts.get(entity.account);
  const anomaly = mainAnomaly(incident);
  if (!signal || !delivery || !anomaly) return null;
  const { range, interval } = frame(anomaly.window, input.span);
  const series = { entity, buckets, values };
  const expectation = peers.expectationOf(anomaly, delivery.since);
  const points = expectedBand(series, signal, delivery, input.engine, range, interval, expectation);
  const rows = points.map((point) => ({
    time: isoTime(point.start),
    actual: point.actual,
    lower: point.lower,
    upper: point.upper,
    inWindow: point.start + interval > anomaly.window.start && point.start < anomaly.window.end && point.actual > 0,
  }));
  const who = entity.principal ?? entity.resource;
  return {
    signal: signal.title,
    where: [accountName(input.directory.account(entity.account)), entity.region, ...(who ? [named(who)] : [])].join(
      ", ",
    ),
    intervalMinutes: interval / MINUTE,
    rows,
  };
}

/** Counts of other accounts, of signals whose expectation is theirs. */
class PeersPast {
  readonly #accounts: AccountPeers;
  /** By signal, then entity. */
  readonly #series: ReadonlyMap<string, Map<string, Counted>>;

  constructor({ directory, health }: TimelinesInput, wanted: readonly Wanted[]) {
    const since = new Map([...health.accounts].map(([account, delivery]) => [account, delivery.since]));
    this.#accounts = new AccountPeers(directory, since);
    this.#series = new Map(
      wanted.flatMap(({ anomaly }) => (anomaly.expectedBy ? [[anomaly.signal, new Map<string, Counted>()]] : [])),
    );
  }

  add({ signal, entity, bucket, value }: RollupRow): void {
    const all = this.#series.get(signal);
    if (!all) return;
    const key = entityKey(signal, entity);
    const series = all.get(key) ?? { entity, buckets: [], values: [] };
    all.set(key, series);
    series.buckets.push(bucket);
    series.values.push(value);
  }

  expectationOf({ signal, entity, expectedBy }: Anomaly, since: EpochMs): PeerExpectation | null {
    const series = this.#series.get(signal);
    return expectedBy && series
      ? peerExpectation(entity.account, entity.region, since, [...series.values()], this.#accounts)
      : null;
  }
}

/** A day before to half a day after for what took hours, a week before for what took days. */
function frame(window: TimeWindow, span: TimeWindow): { range: TimeWindow; interval: EpochMs } {
  const length = window.end - window.start;
  const [before, after, interval] =
    length <= 8 * HOUR
      ? [DAY, DAY / 2, 2 * BUCKET]
      : length <= DAY
        ? [2 * DAY, DAY, 6 * BUCKET]
        : [7 * DAY, 2 * DAY, 3 * HOUR];
  const align = (time: EpochMs): EpochMs => Math.floor(time / interval) * interval;
  return {
    range: { start: align(Math.max(span.start, window.start - before)), end: Math.min(span.end, window.end + after) },
    interval,
  };
}
