import { aloneWords, unheardWords } from "../messages/second-opinion.ts";
import type { Case } from "./case.ts";
import { type Clue, clue } from "./clues.ts";

/** That the count model speaks alone, where a forest should be heard beside it. What the forest does say stands with each anomaly. */
export function factsOfSecondOpinion(subject: Case): readonly Clue[] {
  const reasons = unheardWords(subject.findings);
  return reasons.length === 0 ? [] : [clue([], aloneWords(reasons), {})];
}
