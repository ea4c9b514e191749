import { TrailwatchError } from "../domain/errors.ts";
import { severityRank } from "../domain/finding.ts";
import type { Incident } from "../domain/incident.ts";
import { compareText } from "../domain/ordering.ts";
import { isoTime } from "../domain/time.ts";

/** What every incident store keeps after a run: the run's incidents, with the revision that says whether they changed. */
export function revise(found: readonly Incident[], kept: readonly Incident[]): readonly Incident[] {
  const before = new Map(kept.map((incident) => [incident.id, incident]));
  return found.map((incident) => {
    const previous = before.get(incident.id);
    if (!previous) return { ...incident, revision: 1 };
    return { ...incident, revision: sameContent(incident, previous) ? previous.revision : previous.revision + 1 };
  });
}

const sameContent = (a: Incident, b: Incident): boolean =>
  canonical({ ...a, revision: 0 }) === canonical({ ...b, revision: 0 });

/** JSON with sorted keys, so that a store that orders fields in its own way does not look like a change. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => compareText(a, b)))
      : part,
  );

/** Most severe first, then newest first, then id. */
export const compareIncidents = (a: Incident, b: Incident): number =>
  severityRank(b.severity) - severityRank(a.severity) || b.openedAt - a.openedAt || compareText(a.id, b.id);

/** By full id or unique prefix. Throws TrailwatchError `NOT_FOUND`, naming what begins so or what is near. */
export function findIncident(id: string, kept: readonly Incident[]): Incident {
  const exact = kept.find((incident) => incident.id === id);
  if (exact) return exact;
  const beginning = id === "" ? [] : kept.filter((incident) => incident.id.startsWith(id));
  const [only, another] = beginning;
  if (only && !another) return only;
  if (kept.length === 0) {
    throw new TrailwatchError(
      "NOT_FOUND",
      `There is no incident ${id}: none is kept`,
      "Run `trailwatch analyze <path>` first.",
    );
  }
  const ambiguous = beginning.length > 0;
  const named = (ambiguous ? beginning.slice(0, 5) : nearest(id, kept, 3)).map(
    (near) => `${near.id} (${near.severity}, ${isoTime(near.openedAt)})`,
  );
  throw new TrailwatchError(
    "NOT_FOUND",
    ambiguous ? `${beginning.length} incidents begin with ${id}` : `There is no incident ${id}`,
    `${ambiguous ? "Write more of the id" : "Nearest"}: ${named.join(", ")}. \`trailwatch incidents\` lists them all.`,
  );
}

/** The ids with the fewest letters to change, the more severe incident first where they tie. */
const nearest = (id: string, kept: readonly Incident[], count: number): readonly Incident[] =>
  [...kept]
    .map((incident) => ({ incident, distance: editDistance(id, incident.id) }))
    .sort((a, b) => a.distance - b.distance || compareIncidents(a.incident, b.incident))
    .slice(0, count)
    .map(({ incident }) => incident);

/** Levenshtein's, of the first 64 characters: ids are shorter, what people paste may not be. */
function editDistance(a: string, b: string): number {
  const left = a.slice(0, 64);
  const right = b.slice(0, 64);
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const change = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
