import type { Analysis } from "#core/domain/analysis.ts";
import type { Incident } from "#core/domain/incident.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";

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
