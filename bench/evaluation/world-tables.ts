import type { Incident } from "#core/domain/incident.ts";
import { findingWords } from "./incident-words.ts";
import { type Limit, limitsTable } from "./limits.ts";
import { some, table } from "./markdown.ts";
import type { StoryScore, WorldScore } from "./score-world.ts";

const FINDINGS_NAMED = 4;

/** What is asked of the analysis of simulated worlds, taken together. */
export function worldLimits(worlds: readonly WorldScore[]): readonly Limit[] {
  const planted = worlds.flatMap(({ incidents }) => incidents);
  const found = planted.filter(isFound);
  const weeks = total(worlds, ({ weeks }) => weeks);
  const strange = total(worlds, ({ falsePages }) => falsePages.length);
  const benignPaged = total(worlds, ({ benign }) => benign.filter(isPaged).length);
  return [
    {
      what: "planted incidents found, each as one incident with its accounts and principal",
      wanted: "at least 90 %",
      measured: `${found.length} of ${planted.length} (${((100 * found.length) / planted.length).toFixed(1)} %)`,
      kept: found.length >= 0.9 * planted.length,
    },
    {
      what: "incidents of medium or more that were not planted, a week",
      wanted: "at most 1",
      measured: `${(strange / weeks).toFixed(2)} (${strange} in ${weeks.toFixed(0)} weeks)`,
      kept: strange <= weeks,
    },
    {
      what: "planted benign changes paged",
      wanted: "none",
      measured: `${benignPaged} of ${total(worlds, ({ benign }) => benign.length)}`,
      kept: benignPaged === 0,
    },
  ];
}

/** The section of docs/evaluation.md. */
export function worldSection(worlds: readonly WorldScore[]): string {
  return [
    limitsTable(worldLimits(worlds)),
    "### By story",
    storyTable(worlds, ({ incidents }) => incidents),
    "Planted and benign:",
    benignTable(worlds),
    "### By world",
    worldTable(worlds),
    "### Missed",
    misses(worlds),
    "### Paged, and not planted",
    strangePages(worlds),
  ].join("\n\n");
}

const isFound = ({ failings }: StoryScore): boolean => failings.length === 0;
const isPaged = ({ pages }: StoryScore): boolean => pages.length > 0;
const total = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0);

function storyTable(worlds: readonly WorldScore[], of: (world: WorldScore) => readonly StoryScore[]): string {
  const rows = [...byName(worlds, of)].map(([name, scores]) => {
    const paged = scores.filter(isPaged);
    return [
      `\`${name}\``,
      scores.length,
      scores.filter(isFound).length,
      paged.length,
      paged.length === 0 ? "-" : (total(paged, ({ pages }) => pages.length) / paged.length).toFixed(2),
      tally(paged.map(({ pages }) => pages[0]?.severity ?? "")),
      tally(scores.flatMap(({ failings }) => failings)),
    ];
  });
  return table(["planted", "worlds", "found", "paged at all", "pages where paged", "severity", "why not found"], rows);
}

function benignTable(worlds: readonly WorldScore[]): string {
  const rows = [...byName(worlds, ({ benign }) => benign)].map(([name, scores]) => [
    `\`${name}\``,
    scores.length,
    scores.filter(isPaged).length,
    scores.filter(({ quiet }) => quiet.some(({ expected }) => expected.expected)).length,
  ]);
  return table(["planted", "worlds", "paged", "in the digest as expected"], rows);
}

function worldTable(worlds: readonly WorldScore[]): string {
  const rows = worlds.map((world) => [
    world.seed,
    world.events,
    world.incidents.length,
    world.incidents.filter(isFound).length,
    world.falsePages.length,
    (world.falsePages.length / world.weeks).toFixed(2),
    world.expectedBeside.length,
    world.benign.filter(isPaged).length,
    world.leftOut.join(", "),
  ]);
  return table(
    [
      "seed",
      "events",
      "planted",
      "found",
      "not planted",
      "a week",
      "the same, expected",
      "benign paged",
      "no room for",
    ],
    rows,
  );
}

function misses(worlds: readonly WorldScore[]): string {
  const rows = worlds.flatMap(({ seed, incidents }) =>
    incidents
      .filter((score) => !isFound(score))
      .map(({ story, failings, pages, quiet }) => [
        seed,
        `\`${story.name}\``,
        failings.join(", "),
        [...pages, ...quiet].slice(0, 3).map(brief).join("; ") || "-",
      ]),
  );
  return rows.length === 0 ? "Nothing." : table(["seed", "planted", "why", "what there is"], rows);
}

function strangePages(worlds: readonly WorldScore[]): string {
  const pages = worlds.flatMap(({ seed, falsePages, benign }) => [
    ...falsePages.map((page) => ({ seed, story: "", page })),
    ...benign.flatMap(({ story, pages }) => pages.map((page) => ({ seed, story: story.name, page }))),
  ]);
  if (pages.length === 0) return "Nothing.";
  return table(
    ["seed", "benign story", "severity", "what was said", "findings"],
    pages.map(({ seed, story, page }) => [
      seed,
      story && `\`${story}\``,
      page.severity,
      page.explanation.summary,
      some(findingWords(page), FINDINGS_NAMED),
    ]),
  );
}

const brief = (incident: Incident): string =>
  `${incident.severity}${incident.expected.expected ? ", expected" : ""}: ${some(findingWords(incident), FINDINGS_NAMED)}`;

function byName(
  worlds: readonly WorldScore[],
  of: (world: WorldScore) => readonly StoryScore[],
): ReadonlyMap<string, readonly StoryScore[]> {
  const groups = new Map<string, StoryScore[]>();
  for (const score of worlds.flatMap(of))
    groups.set(score.story.name, [...(groups.get(score.story.name) ?? []), score]);
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `high 18, medium 2`, the most frequent first. */
function tally(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([value, count]) => `${value} ${count}`)
    .join(", ");
}
