import type { DetectorSpec } from "#adapters/opensearch/provisioning/detectors.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, HOUR, MINUTE, type TimeWindow } from "#core/domain/time.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { AskedWindow, DetectorResult, DetectorState, SecondOpinions } from "#core/ports/second-opinion.ts";
import type { Closings } from "#core/roll-up/closing.ts";
import { ACTIVE_FOR } from "#core/roll-up/compare-rollups.ts";
import { keyOf, rowsByEntity, type Watched, watchedBy } from "./rows-by-entity.ts";
import { WatchedSeries } from "./watched-series.ts";

/** What was counted, as far as it is known. */
export interface CountSource {
  /** Counts above zero. */
  counts(signals: readonly Signal[], window: TimeWindow): AsyncIterable<RollupRow>;
  closings(): Promise<Closings>;
}

export interface EmbeddedForestOptions {
  /** The detectors as a cluster would get them. */
  readonly specs: readonly DetectorSpec[];
  readonly directory: AccountDirectory;
  readonly source: CountSource;
  /** When the history begins. */
  readonly begin: EpochMs;
  /** Days before a window from which a forest that is asked about it learns. */
  readonly historyDays: number;
  /** Windows that are learnt at most, for each day of the history. */
  readonly windowsPerDay: number;
}

/** A model that is asked, about windows in order of time. */
interface Job extends Watched {
  readonly windows: readonly TimeWindow[];
}

interface Stretch {
  /** With a forest of its own, because the last one ended too far back. */
  readonly begins: boolean;
  readonly from: EpochMs;
  readonly end: EpochMs;
}

/**
 * What the detectors of a cluster would say, where there is no cluster: the same forests over the same rows, judged when
 * they would be. They are asked about windows, and judge nothing else: a forest learns some days before the first one, and
 * goes on to the next if that is near. So what it would find alone is not looked for.
 */
export class EmbeddedForest implements SecondOpinions {
  /** It speaks only of what was asked about, and that is asked about when it is found. */
  readonly every = HOUR;
  readonly #options: EmbeddedForestOptions;
  readonly #series = new Map<string, WatchedSeries[]>();
  #refused: ReadonlySet<string> = new Set();
  #now: EpochMs = 0;
  #learnt = 0;

  constructor(options: EmbeddedForestOptions) {
    this.#options = options;
  }

  async detectors(now: EpochMs): Promise<readonly DetectorState[]> {
    this.#now = now;
    return this.#options.specs.map((spec) => {
      const { signal, by } = spec.mark;
      return { signal, by: by === "entity" ? "region" : by, unheard: null, until: this.#judgedUntil(spec) };
    });
  }

  async *results(window: TimeWindow, about: readonly AskedWindow[]): AsyncGenerator<DetectorResult> {
    this.#forgetBefore(window.start);
    const jobs = this.#jobsFor(about);
    await this.#judge(this.#withinBound(jobs));
    for (const { key, windows } of jobs) {
      for (const series of this.#series.get(key) ?? []) {
        for (const result of series.results) {
          if (windows.some((asked) => result.window.start < asked.end && asked.start < result.window.end)) yield result;
        }
      }
    }
  }

  async judged(asked: readonly AskedWindow[]): ReturnType<SecondOpinions["judged"]> {
    return asked.map(({ signal, account, region, window }) => {
      const key = keyOf(signal, { of: "region", account, region });
      const series = this.#series.get(key) ?? [];
      const judged = series.flatMap((one) => one.judged.filter((time) => time >= window.start && time < window.end));
      if (judged.length * 2 * BUCKET >= window.end - window.start) return true;
      if (this.#refused.has(key)) return { why: "beyond-bound" };
      // A detector that is asked too early is known by how far it has come.
      return window.end > this.#until(signal) ? false : { why: "learning" };
    });
  }

  /** A forest that is too far back to go on is not needed any more, nor is what it said. */
  #forgetBefore(time: EpochMs): void {
    for (const [key, all] of this.#series) {
      const kept = all.filter(({ next }) => next > time - this.#options.historyDays * DAY);
      for (const series of kept) series.forgetBefore(time);
      if (kept.length === 0) this.#series.delete(key);
      else this.#series.set(key, kept);
    }
  }

  #until(signal: string): EpochMs {
    const spec = this.#options.specs.find(({ mark }) => mark.signal === signal && mark.by === "entity");
    return spec ? this.#judgedUntil(spec) : 0;
  }

  #judgedUntil({ windowDelayMinutes }: DetectorSpec): EpochMs {
    return bucketStart(this.#now - windowDelayMinutes * MINUTE);
  }

  /** In the order in which they are asked about first. */
  #jobsFor(about: readonly AskedWindow[]): readonly Job[] {
    const { specs, directory } = this.#options;
    const jobs = new Map<string, Job & { readonly windows: TimeWindow[] }>();
    for (const { window, ...asked } of about) {
      for (const watched of watchedBy(asked.signal, asked, specs, directory)) {
        const job = jobs.get(watched.key) ?? { ...watched, windows: [] };
        jobs.set(watched.key, job);
        job.windows.push(window);
      }
    }
    for (const { windows } of jobs.values()) windows.sort((a, b) => a.start - b.start);
    return [...jobs.values()];
  }

  #withinBound(jobs: readonly Job[]): readonly Job[] {
    const { begin, windowsPerDay } = this.#options;
    const most = windowsPerDay * Math.max(1, (this.#now - begin) / DAY);
    const refused = new Set<string>();
    const taken = jobs.filter((job) => {
      const more = this.#stretches(job).reduce((sum, { from, end }) => sum + (end - from) / BUCKET, 0);
      if (this.#learnt + more > most) {
        refused.add(job.key);
        return false;
      }
      this.#learnt += more;
      return true;
    });
    this.#refused = refused;
    return taken;
  }

  /** What is still to be learnt. */
  #stretches({ key, spec, windows }: Job): readonly Stretch[] {
    const until = this.#judgedUntil(spec);
    const stretches: Stretch[] = [];
    let next = this.#series.get(key)?.at(-1)?.next ?? Number.NEGATIVE_INFINITY;
    for (const window of windows) {
      const end = Math.min(bucketStart(window.end + BUCKET - 1), until);
      const first = bucketStart(window.start, DAY) - this.#options.historyDays * DAY;
      if (end <= next) continue;
      const begins = first > next;
      const from = begins ? Math.max(first, bucketStart(this.#options.begin)) : next;
      if (end > from) stretches.push({ begins, from, end });
      next = Math.max(next, end);
    }
    return stretches;
  }

  async #judge(jobs: readonly Job[]): Promise<void> {
    const work = jobs
      .map((job) => ({ job, stretches: this.#stretches(job) }))
      .filter((one) => one.stretches.length > 0);
    if (work.length === 0) return;
    const { source, specs, directory } = this.#options;
    const wanted = new Set(work.map(({ job }) => job.key));
    const all = work.flatMap(({ stretches }) => stretches);
    const window = {
      start: Math.min(...all.map(({ begins, from }) => (begins ? from - ACTIVE_FOR : from))),
      end: Math.max(...all.map(({ end }) => end)),
    };
    const signals = [...new Map(work.map(({ job: { spec } }) => [spec.signal.id, spec.signal])).values()];
    const rows = await rowsByEntity(source.counts(signals, window), specs, directory, (key) => wanted.has(key));
    const closings = await source.closings();
    for (const { job, stretches } of work) {
      const own = rows.get(job.key)?.rows ?? [];
      const known = this.#series.get(job.key) ?? [];
      this.#series.set(job.key, known);
      for (const { begins, from, end } of stretches) {
        if (begins) known.push(new WatchedSeries(job.spec, job.entity, from, "realtime"));
        known.at(-1)?.judgeTo(end, own, closings);
      }
    }
  }
}
