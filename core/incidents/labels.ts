import { severityRank } from "../domain/finding.ts";
import type { Incident, IncidentLabel, LabelPattern } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";
import type { IncidentsConfig } from "./config.ts";
import { shareOf } from "./facets.ts";
import { aboutOf } from "./lifecycle.ts";
import type { IncidentMaterial } from "./material.ts";

/** A label speaks for the same pattern up to this many times its size. */
const SIZE = 2;

/** Principals with a smaller part of the events do not make a pattern another one. */
const PRINCIPAL_SHARE = 0.1;

/** What an incident is about, in whose accounts, by whom, and how large: what a label of it says something of. */
export function patternOf({
  findings,
  accounts,
  principals,
  eventCount,
}: Pick<Incident, "findings" | "accounts" | "principals" | "eventCount">): LabelPattern {
  return {
    about: aboutAll(findings),
    accounts: accounts.map(({ id }) => id).sort(compareText),
    principals: principals.map(({ value }) => value).sort(compareText),
    events: eventCount,
  };
}

/** The last label of this incident, else of one with the same pattern. */
export function labelOf(
  id: string,
  material: IncidentMaterial,
  { labels }: Pick<IncidentsConfig, "labels">,
): IncidentLabel | null {
  const newest = [...labels].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    newest.find(({ incident }) => id === incident) ?? newest.find((label) => covers(label.pattern, material)) ?? null
  );
}

/** How people judged incidents about the same things, in whichever account. */
export function judgementsOf(
  material: IncidentMaterial,
  { labels }: Pick<IncidentsConfig, "labels">,
): { readonly right: number; readonly wrong: number } {
  const about = aboutAll(material.findings).join("\n");
  // One incident may be labelled in the configuration and from the command line.
  const last = new Map(
    labels.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).map((one) => [one.incident, one]),
  );
  const alike = [...last.values()].filter(({ pattern }) => pattern.about.join("\n") === about);
  const right = alike.filter(({ verdict }) => verdict === "true").length;
  return { right, wrong: alike.length - right };
}

/** Everything in it was in the labelled one too, and it is not much larger. */
function covers(
  pattern: LabelPattern,
  { findings, accounts, principals, facets, eventCount }: IncidentMaterial,
): boolean {
  const within = (allowed: readonly string[], values: readonly string[]): boolean =>
    values.length > 0 && values.every((value) => allowed.includes(value));
  const leading = principals.filter(({ value }) => shareOf(facets, "principals", value) >= PRINCIPAL_SHARE);
  return (
    within(pattern.about, aboutAll(findings)) &&
    within(
      pattern.accounts,
      accounts.map(({ id }) => id),
    ) &&
    within(
      pattern.principals,
      leading.map(({ value }) => value),
    ) &&
    eventCount <= SIZE * pattern.events
  );
}

function aboutAll(findings: IncidentMaterial["findings"]): readonly string[] {
  const strong = findings.filter(({ severity }) => severityRank(severity) > severityRank("info"));
  return [...new Set((strong.length > 0 ? strong : findings).map(aboutOf))].sort(compareText);
}
