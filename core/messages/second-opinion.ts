import type { Finding } from "../domain/finding.ts";
import type { AccountGroup, ForestFinding, SecondOpinion, Unheard } from "../domain/second-opinion.ts";
import { listed, utc } from "./format.ts";
import { typeWord } from "./phrases.ts";
import { named } from "./visible.ts";

const FOREST = "a random cut forest";

/** `a random cut forest finds the same (grade 1, confidence 0.84)`; nothing where it has nothing to say or is not heard. */
export function opinionWords({ own, together }: SecondOpinion): readonly string[] {
  const groups = together.map(
    (finding) => `${groupWords(finding.group)} depart too, by ${FOREST} (${sureness(finding)})`,
  );
  switch (own?.verdict) {
    case "same":
      return [`${FOREST} finds the same (${sureness(own)})`, ...groups];
    case "alone":
      return [`found by ${FOREST} alone (${sureness(own)}), the count model found nothing`, ...groups];
    case "nothing":
      return [`${FOREST} says nothing`, ...groups];
    default:
      return groups;
  }
}

/** `all development accounts together`. */
function groupWords(group: AccountGroup): string {
  if (group.of === "ou") return `all accounts of ${named(group.path)} together`;
  const type = group.type === "management" ? "management" : typeWord(group.type);
  return `all ${type} accounts together`;
}

const sureness = ({ grade, confidence }: ForestFinding): string =>
  `grade ${hundredths(grade)}, confidence ${hundredths(confidence)}`;

const hundredths = (value: number): string => String(Math.round(value * 100) / 100);

/**
 * Why the forest is not heard of what an incident found: each reason once. Empty where it is heard, or watches none of it.
 */
export function unheardWords(findings: readonly Finding[]): readonly string[] {
  const reasons = findings.flatMap((finding) => {
    const own = finding.kind === "anomaly" ? finding.secondOpinion?.own : null;
    return own?.verdict === "unheard" ? [whyWords(own.reason)] : [];
  });
  return [...new Set(reasons)];
}

function whyWords(reason: Unheard): string {
  switch (reason.why) {
    case "absent":
      return "it is not there";
    case "stopped":
      return "its detector is stopped";
    case "learning":
      return "its detector is still learning";
    case "silent":
      return reason.since === null ? "its detector never wrote a result" : `nothing from it since ${utc(reason.since)}`;
    case "error":
      return `its detector fails (${named(reason.message)})`;
    case "not-yet":
      return "it has not judged these minutes yet";
    case "not-covered":
      return "it does not cover this part of the account";
    case "beyond-bound":
      return "what it may judge was used up by what mattered more";
  }
}

/** `no random cut forest is heard (its detector is stopped): the count model speaks alone`. */
export const aloneWords = (reasons: readonly string[]): string =>
  `no second opinion from ${FOREST} (${listed(reasons, 3)}): the count model speaks alone`;

/** What the forest says of an incident, in one line for a message; `null` where none is configured or it watches none of it. */
export function secondOpinionLine(findings: readonly Finding[]): string | null {
  const opinions = findings.flatMap((finding) =>
    finding.kind === "anomaly" && finding.secondOpinion ? [finding.secondOpinion] : [],
  );
  if (opinions.length === 0) return null;
  const strongest = [...opinions].sort((a, b) => rank(b) - rank(a))[0] as SecondOpinion;
  const words = opinionWords(strongest);
  const alone = unheardWords(findings);
  if (words.length > 0) return listed(words, 3);
  return alone.length > 0 ? aloneWords(alone) : null;
}

function rank({ own, together }: SecondOpinion): number {
  if (own?.verdict === "same" || own?.verdict === "alone") return 3 + own.grade;
  if (together.length > 0) return 2;
  return own?.verdict === "nothing" ? 1 : 0;
}
