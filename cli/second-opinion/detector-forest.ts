import { createHash } from "node:crypto";
import type { DetectorSpec } from "#adapters/opensearch/provisioning/detectors.ts";
import { BUCKET, type EpochMs } from "#core/domain/time.ts";
import type { DetectorResult, WatchedEntity } from "#core/ports/second-opinion.ts";
import { type EntityForest, type ForestJudgement, openForest } from "#engine/forest/index.ts";
import type { IgnoredDeviations } from "#engine/forest/options.ts";

/** As a detector's run in real time, or its run over the past: the forest forgets at different rates. */
export type ForestMode = "realtime" | "historical";

/**
 * The forest that a rendered detector would learn of one entity: its shingle, and its suppression rules (of 2.17 and
 * later). A node draws a seed for each; here the same detector, entity and run have the same.
 */
export function forestOf(spec: DetectorSpec, entity: WatchedEntity, mode: ForestMode, run = 0): EntityForest {
  const name = JSON.stringify([spec.mark.signal, spec.mark.by, entity, run]);
  return openForest({
    mode,
    seed: createHash("sha256").update(name).digest().readUInt32BE(),
    shingle: Number(spec.learned["shingle_size"]),
    ignore: ignoredBy(spec),
  });
}

const MEMBERS: Readonly<Record<string, keyof IgnoredDeviations>> = {
  ACTUAL_OVER_EXPECTED_MARGIN: "above",
  ACTUAL_OVER_EXPECTED_RATIO: "aboveRatio",
  EXPECTED_OVER_ACTUAL_MARGIN: "below",
  EXPECTED_OVER_ACTUAL_RATIO: "belowRatio",
};

function ignoredBy({ settings }: DetectorSpec): IgnoredDeviations {
  const conditions = settings.rules.flatMap((rule) => rule.conditions);
  return Object.fromEntries(conditions.map(({ threshold_type, value }) => [MEMBERS[threshold_type], value]));
}

/**
 * A judgement with a grade as the detector's result would be read: of a region's roots in the signal's unit, of accounts
 * together without a number that means anything.
 * @param rootBefore what was looked at so many windows before (0: in this one)
 */
export function resultOf(
  { mark }: DetectorSpec,
  entity: WatchedEntity,
  bucket: EpochMs,
  { grade, confidence, relativeIndex, expected }: ForestJudgement,
  rootBefore: (windows: number) => number | undefined,
): DetectorResult {
  const start = bucket + relativeIndex * BUCKET;
  const inUnit = entity.of === "region";
  return {
    signal: mark.signal,
    entity,
    window: { start, end: start + BUCKET },
    grade,
    confidence: Math.min(1, confidence),
    actual: inUnit ? squared(rootBefore(-relativeIndex)) : null,
    expected: inUnit ? squared(expected ?? undefined) : null,
  };
}

/** As certain as a root of 32 bits is. */
const squared = (root: number | undefined): number | null =>
  root === undefined ? null : Number((Math.max(0, root) ** 2).toPrecision(6));
