import type { Analysis } from "#core/domain/analysis.ts";
import type { Incident } from "#core/domain/incident.ts";

/**
 * Keys in alphabetical order at every depth, so that the same content is the same bytes whatever made it. Money is
 * decimal text in the domain already; an integer too large for JSON's readers (bigint) becomes text as well.
 */
function stable(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, entry]) => [key, stable(entry)]),
  );
}

/** JSON escapes what a terminal acts on below U+0020 only; the rest (C1, bidi, line separators) is escaped here. */
export const escapeInvisible = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ufe00-\ufe0f]|[\u{e0000}-\u{e007f}]/gu,
    (character) =>
      Array.from(
        { length: character.length },
        (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
      ).join(""),
  );

const pretty = (value: unknown): string => `${escapeInvisible(JSON.stringify(stable(value), null, 2))}\n`;
const line = (value: unknown): string => `${escapeInvisible(JSON.stringify(stable(value)))}\n`;

/** The analysis as one JSON document. */
export const renderJson = (analysis: Analysis): string => pretty(analysis);

/** One JSON object a line: first `{"kind":"analysis", ...}` without the incidents, then each `{"kind":"incident", ...}`. */
export function renderNdjson({ incidents, ...rest }: Analysis): string {
  return [line({ kind: "analysis", ...rest }), ...incidents.map(incidentLine)].join("");
}

const incidentLine = (incident: Incident): string => line({ kind: "incident", ...incident });

export const renderIncidentsJson = (incidents: readonly Incident[]): string => pretty(incidents);
export const renderIncidentJson = (incident: Incident): string => pretty(incident);
export const renderIncidentsNdjson = (incidents: readonly Incident[]): string => incidents.map(incidentLine).join("");
