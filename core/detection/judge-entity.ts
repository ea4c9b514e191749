import { type Anomaly, type Severity, severityRank } from "../domain/finding.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, MINUTE, type TimeWindow } from "../domain/time.ts";
import { shortHash } from "../incidents/identifier.ts";
import type { DetectorEngine } from "../ports/detector-engine.ts";
import { type AccountPeers, comparedWith } from "./account-peers.ts";
import type { DetectionConfig } from "./config.ts";
import type { AccountDelivery } from "./delivery-watch.ts";
import { type Episode, episodesOf, isConspicuous } from "./episodes.ts";
import { modelOptionsOf } from "./model-options.ts";
import { crossingsOf } from "./occasions.ts";
import type { PeerExpectation } from "./peer-expectation.ts";
import { doneByAccounts, doneByPeers, othersMatterFrom } from "./peers.ts";
import { coreOf, type EntitySeries, ModelWalk, peakOf, positionOf, totalOf } from "./series.ts";
import { severityOf, usualElsewhere } from "./severity.ts";
import { usualAmounts } from "./usual.ts";

/** An anomaly before its events were looked up: {@link evidenceQuery} asks for them. */
export type AnomalyDraft = Omit<Anomaly, "facets" | "eventIds">;

export interface JudgeContext {
  readonly engine: DetectorEngine;
  readonly config: DetectionConfig;
  /** Of all events; its end stands for now. */
  readonly span: TimeWindow;
  /** Where the model begins, if counts before are not at hand; else with the account's first event. */
  readonly from?: EpochMs;
  /** Who an account's peers are; without it none has any. */
  readonly accounts?: AccountPeers;
}

/**
 * Runs a model over an entity's life and returns its departures as anomalies, in time order: the same for the same
 * counts, whether they came at once or one by one.
 * @param peers the other entities of the signal in the account and region, of a signal counted per region those in other
 *   accounts; and perhaps this one
 * @param expectation what peers had before the account began, if the model begins with it
 */
export function judgeEntity(
  signal: Signal,
  series: EntitySeries,
  peers: readonly EntitySeries[],
  delivery: AccountDelivery,
  { engine, config, span, from, accounts }: JudgeContext,
  expectation: PeerExpectation | null = null,
): AnomalyDraft[] {
  const end = bucketStart(span.end + BUCKET - 1);
  // Silence at the end is not zero yet; what was counted there already is a departure all the same.
  const settled = bucketStart(span.end - config.latenessMinutes * MINUTE);
  const last = (series.buckets.at(-1) ?? 0) + BUCKET;
  const until = Math.min(end, Math.max(settled, last));
  const options = modelOptionsOf(signal, expectation);
  const crossings = signal.thresholds
    ? crossingsOf(series, signal.thresholds, delivery.since + config.historyDays * DAY, config.habit)
    : [];
  const departures = canDepart(signal, series)
    ? new ModelWalk(engine.open(options), series, delivery, from)
        .departuresTo(until)
        .filter((departure) => isConspicuous(departure, config))
    : [];
  const episodes = episodesOf(departures, crossings, config);
  if (episodes.length === 0) return [];
  // A second walk, to ask at each beginning what would have been usual.
  const walk = new ModelWalk(engine.open(options), series, delivery, from);
  const others = { peers, accounts, expectation };
  return episodes.map((episode) => draftOf(episode, signal, series, others, delivery, walk, config));
}

/** A rise cannot exceed all that was ever counted. */
const canDepart = (signal: Signal, series: EntitySeries): boolean =>
  signal.direction === "both" || series.values.reduce((sum, value) => sum + value, 0) >= signal.floor;

function draftOf(
  episode: Episode,
  signal: Signal,
  series: EntitySeries,
  { peers, accounts, expectation }: Others,
  delivery: AccountDelivery,
  walk: ModelWalk,
  config: DetectionConfig,
): AnomalyDraft {
  const window = trimmed(episode, series);
  const historyDays = historyOf(delivery, window.start) / DAY;
  const byPeers = expectation && historyDays < PEERS_COUNT_DAYS ? expectation.group : null;
  const usual = (asked: TimeWindow) => {
    if (positionOf(series, window.start) === 0 && !byPeers) return null;
    return walk.expectAfter(window.start, asked);
  };
  const band = usual(window);
  const actual = totalOf(series, window);
  const peak = peakOf(series, window) ?? { window, value: 0 };
  const grade = episode.best?.grade ?? 0;
  const verdict = severityOf(
    signal,
    {
      window,
      direction: episode.direction,
      actual,
      expected: band?.expected ?? null,
      grade,
      historyDays,
      peak: { value: peak.value, expected: usual(peak.window)?.expected ?? null },
      usualAmongPeers: doneByPeers(signal, series, peers, peak.value, window.start),
      expectedBy: byPeers && comparedWith(byPeers),
    },
    config,
  );
  const { account, region, principal, resource } = series.entity;
  const othersMatter =
    isGrave(verdict) && accounts && othersMatterFrom(signal, account, window.start, accounts, config) !== null;
  const doing = othersMatter ? doneByAccounts(series, peers, accounts, { window, actual, peak: peak.value }) : null;
  const { severity, reasons } = doing ? usualElsewhere(verdict, comparedWith(doing)) : verdict;
  return {
    kind: "anomaly",
    id: `anomaly-${shortHash(signal.id, account, region, principal ?? "", resource ?? "", episode.direction, String(window.start))}`,
    account,
    region,
    window,
    severity: severity satisfies Severity,
    severityReasons: reasons,
    signal: signal.id,
    entity: series.entity,
    actual,
    expected: band?.expected ?? null,
    lower: band?.lower ?? null,
    upper: band?.upper ?? null,
    peak,
    core: coreOf(series, window) ?? { window, value: actual },
    usual: usualAmounts(series, window, delivery.since),
    grade,
    confidence: episode.best?.confidence ?? 0,
    historyDays,
    direction: episode.direction,
    ...(episode.best ? { countModel: { tail: episode.best.tail, falsePerWeek: episode.best.falsePerWeek } } : {}),
    ...(byPeers ? { expectedBy: comparedWith(byPeers) } : {}),
  };
}

/** What may be a page is worth a look at what others do. */
export const isGrave = ({ severity }: { readonly severity: Severity }): boolean =>
  severityRank(severity) >= severityRank("medium");

/** Others whose counts matter to an entity. */
interface Others {
  readonly peers: readonly EntitySeries[];
  readonly accounts: AccountPeers | undefined;
  readonly expectation: PeerExpectation | null;
}

/** With less history of its own an account's expectation is called its peers'. */
const PEERS_COUNT_DAYS = 2;

/** A rise begins and ends with a count; the model's windows have fixed lengths. */
function trimmed({ window, direction }: Episode, series: EntitySeries): TimeWindow {
  if (direction === "drop") return window;
  const first = series.buckets[positionOf(series, window.start)] ?? window.start;
  const end = (series.buckets[positionOf(series, window.end) - 1] ?? window.end - BUCKET) + BUCKET;
  return { start: first, end };
}

/** How long the account was known before `time`, without what was not delivered. */
export function historyOf(delivery: AccountDelivery, time: EpochMs): number {
  let known = Math.max(0, time - delivery.since);
  for (const { start, end } of delivery.unknown) if (end <= time) known -= end - start;
  return known;
}
