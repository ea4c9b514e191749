import type { IndexNames } from "../index-names.ts";
import { object, objectId } from "./make.ts";
import type { SavedObject } from "./saved-object.ts";

export type Pattern = "events" | "rollups" | "incidents" | "forest" | "quarantine";

export const patternId = (names: IndexNames, pattern: Pattern): string => objectId(names, `pattern-${pattern}`);

/** Without their fields: Dashboards looks these up itself when a pattern is first used, and keeps them there. */
export function indexPatterns(names: IndexNames): readonly SavedObject[] {
  const pattern = (name: Pattern, title: string, timeFieldName: string, formats?: FieldFormats): SavedObject =>
    object(
      "index-pattern",
      patternId(names, name),
      { title, timeFieldName, ...(formats ? { fieldFormatMap: JSON.stringify(formats) } : {}) },
      [],
    );
  return [
    pattern("events", names.events, "@timestamp"),
    pattern("rollups", names.rollups, "@timestamp"),
    pattern("incidents", names.incidents, "opened_at", incidentLinks(names)),
    pattern("forest", names.forestResults, "data_end_time"),
    pattern("quarantine", names.quarantine, "@timestamp"),
  ];
}

type FieldFormats = Readonly<
  Record<string, { readonly id: string; readonly params: Readonly<Record<string, unknown>> }>
>;

/**
 * Fields that are shown as links; Dashboards encodes `value` and escapes both. Addresses that begin with the name of an
 * application are relative to wherever Dashboards lives. `#/doc` and `#/?` are Discover's older addresses, which its
 * newer versions (from 2.10) lead on; 2.10 to 2.14 forget the time on the way.
 */
function incidentLinks(names: IndexNames): FieldFormats {
  const document = `discover#/doc/${patternId(names, "incidents")}/${encodeURIComponent(names.incidents)}?id={{value}}`;
  const events = `discover#/?_a=(columns:!(${EVENT_COLUMNS.join(",")}),index:${patternId(names, "events")},interval:auto,sort:!(!('@timestamp',asc)),{{rawValue}}`;
  const link = (urlTemplate: string, labelTemplate: string) => ({
    id: "url",
    params: { type: "a", urlTemplate, labelTemplate, openLinkInCurrentTab: false },
  });
  return { incident_id: link(document, "explanation"), events_link: link(events, "events") };
}

/** What of an event is worth a column, whatever the question. */
export const EVENT_COLUMNS = ["account_alias", "call", "outcome", "principal_name", "tool", "network", "resource"];
