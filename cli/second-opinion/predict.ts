import type { DetectorSpec } from "#adapters/opensearch/provisioning/detectors.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { EventStore, RollupRow } from "#core/ports/event-store.ts";
import type { WatchedEntity } from "#core/ports/second-opinion.ts";
import type { Closings } from "#core/roll-up/closing.ts";
import { type DistinctFinding, distinctFindings } from "#core/second-opinion/distinct-findings.ts";
import type { ForestMode } from "./detector-forest.ts";
import { rowsByEntity } from "./rows-by-entity.ts";
import { WatchedSeries } from "./watched-series.ts";

/** What a detector would report of one model, as one thing. */
export interface PredictedEpisode {
  readonly signal: string;
  readonly by: WatchedEntity["of"];
  readonly entity: WatchedEntity;
  readonly window: TimeWindow;
  /** Of its strongest result. */
  readonly grade: number;
  readonly confidence: number;
  readonly actual: number | null;
  readonly expected: number | null;
  /** In how many of the runs. */
  readonly runs: number;
}

export interface Prediction {
  readonly span: TimeWindow;
  readonly mode: ForestMode;
  readonly runs: number;
  readonly models: number;
  /** Windows that were judged, in one run. */
  readonly windows: number;
  /** Share of one run's episodes that another has too, over all pairs of runs; `null` where there is no pair with any. */
  readonly agreement: number | null;
  /** In order of time. */
  readonly episodes: readonly PredictedEpisode[];
}

export interface PredictionOptions {
  readonly specs: readonly DetectorSpec[];
  readonly directory: AccountDirectory;
  readonly closings: Closings;
  readonly mode: ForestMode;
  /** Days that a run over the past goes back. */
  readonly historyDays: number;
  /** With different seeds: a cluster draws others again. */
  readonly runs: number;
  /** The end of the data, which stands for now. */
  readonly span: TimeWindow;
  readonly onModel?: (done: number, all: number) => void;
}

/** Results at most this far apart are one thing, in one run or in several. */
const APART = HOUR;

const areNear = (a: TimeWindow, b: TimeWindow): boolean => a.start <= b.end + APART && b.start <= a.end + APART;

/** Runs every model of the detectors over the roll-ups of a store, as a cluster would. */
export async function predict(store: EventStore, options: PredictionOptions): Promise<Prediction> {
  const { specs, directory, runs, mode, span } = options;
  const signals = [...new Map(specs.map(({ signal }) => [signal.id, signal])).values()];
  const models = [...(await rowsByEntity(store.rollup(signals, BUCKET), specs, directory)).values()];
  const episodes: PredictedEpisode[] = [];
  const pairs = { same: 0, all: 0 };
  let windows = 0;
  for (const [at, { spec, entity, rows }] of models.entries()) {
    const found = Array.from({ length: runs }, (_, run) => {
      const series = judged(spec, entity, rows, run, options);
      if (run === 0) windows += series.judged.length;
      return episodesOf(distinctFindings(series.results));
    });
    episodes.push(...merged(found, spec));
    for (const one of found) {
      for (const other of found) {
        if (one === other) continue;
        pairs.all += one.length;
        pairs.same += one.filter(({ window }) => other.some((same) => areNear(window, same.window))).length;
      }
    }
    options.onModel?.(at + 1, models.length);
  }
  return {
    span,
    mode,
    runs,
    models: models.length,
    windows,
    agreement: pairs.all === 0 ? null : pairs.same / pairs.all,
    episodes: episodes.sort((a, b) => a.window.start - b.window.start || (a.signal < b.signal ? -1 : 1)),
  };
}

function judged(
  spec: DetectorSpec,
  entity: WatchedEntity,
  rows: readonly RollupRow[],
  run: number,
  { closings, mode, historyDays, span }: PredictionOptions,
): WatchedSeries {
  const until = bucketStart(span.end - spec.windowDelayMinutes * MINUTE);
  const first = rows.reduce((least, { bucket }) => Math.min(least, bucket), until);
  const from = mode === "historical" ? Math.max(first, until - historyDays * DAY) : first;
  const series = new WatchedSeries(spec, entity, from, mode, run);
  series.judgeTo(until, rows, closings);
  return series;
}

/** Each with the strongest of its findings. */
function episodesOf(findings: readonly DistinctFinding[]): readonly DistinctFinding[] {
  const episodes: DistinctFinding[] = [];
  for (const finding of findings) {
    const last = episodes.at(-1);
    if (last && finding.window.start - last.window.end <= APART) {
      const window = { start: last.window.start, end: Math.max(last.window.end, finding.window.end) };
      episodes[episodes.length - 1] = { ...(finding.grade > last.grade ? finding : last), window };
    } else episodes.push(finding);
  }
  return episodes;
}

/** The same thing in several runs once. */
function merged(runs: readonly (readonly DistinctFinding[])[], spec: DetectorSpec): PredictedEpisode[] {
  const all = runs.flatMap((episodes, run) => episodes.map((episode) => ({ episode, run })));
  all.sort((a, b) => a.episode.window.start - b.episode.window.start || a.run - b.run);
  const groups: { end: EpochMs; members: typeof all }[] = [];
  for (const one of all) {
    const last = groups.at(-1);
    const { start, end } = one.episode.window;
    if (last && start - last.end <= APART) {
      last.members.push(one);
      last.end = Math.max(last.end, end);
    } else groups.push({ end, members: [one] });
  }
  return groups.map(({ end, members }) => {
    const best = members.reduce((a, b) => (b.episode.grade > a.episode.grade ? b : a)).episode;
    const start = Math.min(...members.map(({ episode }) => episode.window.start));
    const { entity, grade, confidence, actual, expected } = best;
    return {
      signal: spec.mark.signal,
      by: entity.of,
      entity,
      window: { start, end },
      grade,
      confidence,
      actual,
      expected,
      runs: new Set(members.map(({ run }) => run)).size,
    };
  });
}
