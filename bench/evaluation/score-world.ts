import { severityRank } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { DAY } from "#core/domain/time.ts";
import type { PlantedStory, Truth } from "#simulator/index.ts";

/** Why a planted incident does not count as found. */
export type Failing =
  | "no incident has its events"
  | "below medium"
  | "judged expected"
  | "in pieces"
  | "joined with another story"
  | "accounts not named"
  | "strange accounts named"
  | "principal not named";

export interface StoryScore {
  readonly story: PlantedStory;
  /** Paged incidents that have at least one of its events, those with the most first. */
  readonly pages: readonly Incident[];
  /** The others that have: below medium, or expected. */
  readonly quiet: readonly Incident[];
  /** Empty for what was found, and for a benign story that was not paged. */
  readonly failings: readonly Failing[];
}

export interface WorldScore {
  readonly seed: number;
  readonly weeks: number;
  readonly events: number;
  /** Planted incidents. */
  readonly incidents: readonly StoryScore[];
  /** Planted changes that nobody should be woken for. */
  readonly benign: readonly StoryScore[];
  /** Paged, and none of its events was planted. */
  readonly falsePages: readonly Incident[];
  /** Medium or more, not planted, but judged expected: in the digest, nobody is woken. */
  readonly expectedBeside: readonly Incident[];
  /** Stories that this world had no room for. */
  readonly leftOut: readonly string[];
}

/** An incident may name its story's accounts and this many more: a role's home is often told beside where it acted. */
const STRANGERS = 1;

/** The person reads who did it at the top, not somewhere in a list. */
const TOP_PRINCIPALS = 3;

/**
 * Holds what the analysis of a world says against what was planted there.
 *
 * A planted incident is found when exactly one page has events of it, that page has events of no other story, names
 * all of its accounts, at most one other account, and one of its principals among the first three. A page is an
 * incident of severity medium or more that is not expected.
 */
export function scoreWorld(truth: Truth, incidents: readonly Incident[]): WorldScore {
  const owners = storiesByEvent(truth.planted);
  const shares = new Map(incidents.map((incident) => [incident, storiesIn(incident, owners)]));
  const score = (story: PlantedStory): StoryScore => {
    const touching = incidents
      .filter((incident) => shares.get(incident)?.has(story))
      .sort((a, b) => (shares.get(b)?.get(story) ?? 0) - (shares.get(a)?.get(story) ?? 0));
    const pages = touching.filter(isPage);
    const quiet = touching.filter((incident) => !isPage(incident));
    const merged = pages.some((page) => (shares.get(page)?.size ?? 0) > 1);
    return { story, pages, quiet, failings: failingsOf(story, pages, quiet, merged) };
  };
  const strange = incidents.filter((incident) => shares.get(incident)?.size === 0);
  return {
    seed: truth.options.seed,
    weeks: (Date.parse(truth.end) - Date.parse(truth.start)) / (7 * DAY),
    events: truth.events,
    incidents: truth.planted.filter(({ kind }) => kind === "incident").map(score),
    benign: truth.planted.filter(({ kind }) => kind === "benign").map(score),
    falsePages: strange.filter(isPage),
    expectedBeside: strange.filter((incident) => isGrave(incident) && incident.expected.expected),
    leftOut: truth.leftOut.map(({ name }) => name),
  };
}

const isGrave = ({ severity }: Incident): boolean => severityRank(severity) >= severityRank("medium");

/** Nothing is muted in an evaluation, so this is the same as "medium or more, and not expected". */
export const isPage = (incident: Incident): boolean => isGrave(incident) && incident.paging.paged;

function failingsOf(
  story: PlantedStory,
  pages: readonly Incident[],
  quiet: readonly Incident[],
  merged: boolean,
): readonly Failing[] {
  if (story.kind === "benign") return [];
  const [page] = pages;
  if (!page) {
    if (quiet.length === 0) return ["no incident has its events"];
    return [quiet.some(isGrave) ? "judged expected" : "below medium"];
  }
  const named = new Set(page.accounts.map(({ id }) => id));
  const planted = new Set(story.accounts);
  const principals = new Set(story.principals.map(({ id }) => id));
  const failings: Failing[] = [];
  if (pages.length > 1) failings.push("in pieces");
  if (merged) failings.push("joined with another story");
  if ([...planted].some((account) => !named.has(account))) failings.push("accounts not named");
  if ([...named].filter((account) => !planted.has(account)).length > STRANGERS) failings.push("strange accounts named");
  if (!page.principals.slice(0, TOP_PRINCIPALS).some(({ value }) => principals.has(value)))
    failings.push("principal not named");
  return failings;
}

function storiesByEvent(stories: readonly PlantedStory[]): ReadonlyMap<string, PlantedStory> {
  return new Map(stories.flatMap((story) => story.eventIds.map((id) => [id, story] as const)));
}

/** The stories an incident has events of, and how many of each it is known to have. */
function storiesIn(
  { eventIds, findings }: Incident,
  owners: ReadonlyMap<string, PlantedStory>,
): ReadonlyMap<PlantedStory, number> {
  const counts = new Map<PlantedStory, number>();
  for (const id of new Set([...eventIds, ...findings.flatMap((finding) => finding.eventIds)])) {
    const story = owners.get(id);
    if (story) counts.set(story, (counts.get(story) ?? 0) + 1);
  }
  return counts;
}
