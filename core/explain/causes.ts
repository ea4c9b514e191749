import type { Confidence, PotentialCause } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";
import { CAUSE_RULES, type CauseRule } from "./cause-rules.ts";
import type { Dossier, Tag } from "./clues.ts";

/** Points from which a confidence is spoken of; below the lowest a hypothesis is not mentioned. */
const LEVELS: readonly (readonly [Confidence, number])[] = [
  ["HIGH", 6],
  ["MEDIUM", 3.5],
  ["LOW", 2],
];
/** More hypotheses than a person weighs at once help nobody. */
const MENTIONED = 4;

/**
 * Hypotheses that fit the evidence, the most likely first, each with the evidence for and against. `unknown` when none
 * fits, with nothing for it: that is what it means.
 */
export function potentialCauses(
  dossier: Dossier,
  rules: readonly CauseRule[] = CAUSE_RULES,
): readonly PotentialCause[] {
  const weighed = rules.flatMap((rule) => {
    const considered =
      rule.anyOf.some((tag) => dossier.has(tag)) && (rule.allOf ?? []).every((tag) => dossier.has(tag));
    return considered ? [weigh(rule, dossier)] : [];
  });
  const fitting = weighed
    .filter(({ confidence }) => confidence !== null)
    .sort((a, b) => b.points - a.points || compareText(a.rule.id, b.rule.id))
    .slice(0, MENTIONED);
  if (fitting.length === 0) {
    return [
      { id: "unknown", title: "Unknown: no known cause fits the evidence", confidence: "LOW", for: [], against: [] },
    ];
  }
  return fitting.map(({ rule, confidence, supporting, opposing }) => ({
    id: rule.id,
    title: rule.title,
    confidence: confidence ?? "LOW",
    for: idsOf(supporting, dossier),
    against: idsOf(opposing, dossier).filter((id) => !idsOf(supporting, dossier).includes(id)),
  }));
}

interface Weighed {
  readonly rule: CauseRule;
  readonly points: number;
  readonly confidence: Confidence | null;
  readonly supporting: readonly Tag[];
  readonly opposing: readonly Tag[];
}

/** A tag counts once, however many facts carry it: ten like facts are one argument. */
function weigh(rule: CauseRule, dossier: Dossier): Weighed {
  const held = (Object.entries(rule.points) as [Tag, number][]).filter(([tag]) => dossier.has(tag));
  const points = held.reduce((sum, [, value]) => sum + value, 0);
  const strongest = [...held].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  return {
    rule,
    points,
    confidence: LEVELS.find(([, from]) => points >= from)?.[0] ?? null,
    supporting: strongest.filter(([, value]) => value > 0).map(([tag]) => tag),
    opposing: strongest.filter(([, value]) => value < 0).map(([tag]) => tag),
  };
}

const idsOf = (tags: readonly Tag[], dossier: Dossier): readonly string[] => [
  ...new Set(tags.flatMap((tag) => dossier.ids(tag))),
];
