import type { DetectorSpec } from "#adapters/opensearch/provisioning/detectors.ts";
import type { SignalEntity } from "#core/domain/finding.ts";
import { BUCKET, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import type { DetectorResult, WatchedEntity } from "#core/ports/second-opinion.ts";
import type { Closings } from "#core/roll-up/closing.ts";
import { denseRows } from "#core/roll-up/compare-rollups.ts";
import type { EntityForest } from "#engine/forest/index.ts";
import { type ForestMode, forestOf, resultOf } from "./detector-forest.ts";

/** One whose rows are looked at together. */
interface Member {
  readonly entity: SignalEntity;
  /** Last bucket with a count before what comes next. */
  last: EpochMs | null;
}

/** One model of a detector: the rows that the detector would read, and the forest that learns them. Each is judged once. */
export class WatchedSeries {
  /** With a grade above 0, in order of time. */
  readonly results: DetectorResult[] = [];
  /** Buckets that were judged by a forest that has learnt enough. */
  readonly judged: EpochMs[] = [];
  readonly #spec: DetectorSpec;
  readonly #entity: WatchedEntity;
  readonly #forest: EntityForest;
  readonly #members = new Map<string, Member>();
  /** Roots of the last windows, for what a result says of an earlier one. */
  readonly #recent: number[] = [];
  #next: EpochMs;

  /**
   * @param from the first bucket that is learnt
   * @param run of several with different seeds
   */
  constructor(spec: DetectorSpec, entity: WatchedEntity, from: EpochMs, mode: ForestMode, run = 0) {
    this.#spec = spec;
    this.#entity = entity;
    this.#forest = forestOf(spec, entity, mode, run);
    this.#next = from;
  }

  /** The first bucket that is not judged yet. */
  get next(): EpochMs {
    return this.#next;
  }

  /**
   * Judges every row before `end` that was not judged yet.
   * @param counts above zero, of the entity's members alone, from as long before as zeros are written after a count
   */
  judgeTo(end: EpochMs, counts: Iterable<RollupRow>, closings: Closings): void {
    if (end <= this.#next) return;
    const window = { start: this.#next, end };
    const { times, roots } = this.#rootsIn(window, counts, closings);
    for (const [at, judgement] of this.#forest.observeSeries(times, roots).entries()) {
      const bucket = times[at] as EpochMs;
      if (!judgement || !(judgement.confidence > 0)) continue;
      this.judged.push(bucket);
      if (!(judgement.grade > 0)) continue;
      const before = (windows: number): number | undefined => roots[at - windows] ?? this.#recent.at(at - windows);
      this.results.push(resultOf(this.#spec, this.#entity, bucket, judgement, before));
    }
    this.#recent.push(...roots.slice(-MOST_BEFORE));
    this.#recent.splice(0, this.#recent.length - MOST_BEFORE);
    this.#next = end;
  }

  /** What is not asked for any more. */
  forgetBefore(time: EpochMs): void {
    const kept = this.results.findIndex(({ window }) => window.end > time);
    this.results.splice(0, kept < 0 ? this.results.length : kept);
    const judged = this.judged.findIndex((bucket) => bucket >= time);
    this.judged.splice(0, judged < 0 ? this.judged.length : judged);
  }

  /** Windows without a row are left out, as by a detector that reads none. */
  #rootsIn(window: TimeWindow, counts: Iterable<RollupRow>, closings: Closings) {
    const isSum = this.#entity.of !== "region";
    const sums = new Float64Array((window.end - window.start) / BUCKET).fill(-1);
    for (const [member, own] of this.#split(window, counts)) {
      for (const [bucket, value] of denseRows(member.entity, own, member.last, window, closings)) {
        const at = (bucket - window.start) / BUCKET;
        const root = Math.sqrt(value);
        const sum = sums[at] as number;
        sums[at] = isSum ? Math.max(0, sum) + root : Math.max(sum, root);
      }
      for (const bucket of own.keys()) member.last = Math.max(member.last ?? bucket, bucket);
    }
    const times: EpochMs[] = [];
    const roots: number[] = [];
    for (const [at, root] of sums.entries()) {
      if (root < 0) continue;
      times.push(window.start + at * BUCKET);
      roots.push(root);
    }
    return { times, roots };
  }

  #split({ start, end }: TimeWindow, counts: Iterable<RollupRow>): Map<Member, Map<EpochMs, number>> {
    const own = new Map([...this.#members.values()].map((member) => [member, new Map<EpochMs, number>()]));
    for (const { entity, bucket, value } of counts) {
      if (bucket >= end) continue;
      const key = JSON.stringify([entity.account, entity.region, entity.principal, entity.resource]);
      const member = this.#members.get(key) ?? { entity, last: null };
      this.#members.set(key, member);
      if (!own.has(member)) own.set(member, new Map());
      if (bucket >= start) own.get(member)?.set(bucket, value);
      else member.last = Math.max(member.last ?? bucket, bucket);
    }
    return own;
  }
}

/** A result speaks of a window in its own shingle. */
const MOST_BEFORE = 60;
