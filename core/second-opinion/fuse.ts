import type { Anomaly } from "../domain/finding.ts";
import type { SecondOpinion } from "../domain/second-opinion.ts";

/** How sure one opinion is. */
export type Sureness = Pick<Anomaly, "grade" | "confidence">;

/** What the forest's word weighs beside the count model's, as in a series of which both are asked (engine/series). */
const WEIGHT = 0.15;
/** Share of what the forest alone finds that is true. */
const ALONE = 0.1;

/**
 * One grade and confidence of what both say. `null` for a count model that found nothing.
 *
 * The grade is the count model's: where labels tell, an agreeing forest makes it no likelier that a finding is true (both
 * are wrong about the same bursts), and a silent one no less so. Agreement only makes the expectation surer, as two models
 * stand behind it. What the forest finds alone is graded by how seldom such a thing is true. docs/detection.md has the figures.
 */
export function fuse(count: Sureness | null, own: SecondOpinion["own"]): Sureness {
  if (!count) return own && "grade" in own ? { grade: ALONE * own.grade, confidence: own.confidence } : NOTHING;
  if (own?.verdict !== "same") return { grade: count.grade, confidence: count.confidence };
  return {
    grade: count.grade,
    confidence: 1 - (1 - count.confidence) * (1 - WEIGHT * own.grade * own.confidence),
  };
}

const NOTHING: Sureness = { grade: 0, confidence: 0 };

/** The anomaly with what the forest says of it, whatever was said before. */
export function withOpinion<T extends Sureness & Pick<Anomaly, "secondOpinion">>(
  anomaly: T,
  said: Omit<SecondOpinion, "count">,
): T {
  const count = countOpinion(anomaly);
  const { own, together } = said;
  return { ...anomaly, ...fuse(count, own), secondOpinion: { count, own, together } };
}

/** What the count model said by itself. */
function countOpinion({
  grade,
  confidence,
  secondOpinion,
}: Sureness & Pick<Anomaly, "secondOpinion">): Sureness | null {
  return secondOpinion ? secondOpinion.count : { grade, confidence };
}
