import type { IndexNames } from "../index-names.ts";
import { EVENT_COLUMNS, type Pattern, patternId } from "./index-patterns.ts";
import { object, objectId, objectTitle, searchSource } from "./make.ts";
import type { SavedObject } from "./saved-object.ts";

interface Search {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly pattern: Pattern;
  /** In Dashboards' query language. */
  readonly query: string;
  readonly columns: readonly string[];
  readonly sortedBy: string;
}

const onEvents = (
  name: string,
  title: string,
  description: string,
  query: string,
  ...more: readonly string[]
): Search => ({
  name,
  title,
  description,
  pattern: "events",
  query,
  columns: [...EVENT_COLUMNS, ...more],
  sortedBy: "@timestamp",
});

const onIncidents = (name: string, title: string, description: string, query: string): Search => ({
  name,
  title,
  description,
  pattern: "incidents",
  query,
  columns: ["severity", "incident_id", "events_link", "summary", "account_names", "regions", "state", "paged"],
  sortedBy: "opened_at",
});

const SEARCHES = [
  onIncidents("incidents", "incidents", "Every incident that opened in the chosen time, the newest first.", ""),
  onIncidents("paged", "paged incidents", "Incidents that paged, or would have.", "paged:true"),
  onIncidents("open", "open incidents", "Incidents that are going on.", "state:open"),
  onEvents("denied", "denied calls", "Calls that were refused for want of permission.", "outcome:denied", "error_code"),
  onEvents(
    "guardrails",
    "guardrails switched off",
    "Logging, detection or a guardrail switched off, deleted or narrowed.",
    'marks:"guardrail-off" and outcome:success',
  ),
  onEvents(
    "identity",
    "identity changes",
    "Users, roles, policies and keys changed, credentials made, administrators appointed.",
    'marks:("identity-changed" or "credential-created" or "admin-granted") and outcome:success',
  ),
  onEvents(
    "shared",
    "data shared",
    "Made public, or shared with another account.",
    'marks:("shared-publicly" or "shared-with-account") and outcome:success',
    "counterparties",
  ),
  onEvents(
    "root",
    "root and sign-ins without MFA",
    "The root user, and console sign-ins without a second factor.",
    'marks:("root" or "sign-in-without-mfa")',
  ),
  onEvents(
    "unpriced",
    "unpriced events",
    "Calls that change spending by an amount for which no price is known. They are in no sum of money.",
    "unpriced:true and counted:true",
    "region",
  ),
  onEvents("events", "events", "All that was logged.", ""),
  {
    name: "forest",
    title: "what the forest found",
    description: "Grades above zero of the anomaly detectors, those of their warm-up (confidence 0) left out.",
    pattern: "forest",
    query: "anomaly_grade > 0 and confidence > 0",
    columns: ["anomaly_grade", "confidence", "entity", "feature_data", "expected_values", "detector_id"],
    sortedBy: "data_end_time",
  },
  {
    name: "quarantine",
    title: "quarantine",
    description: "What could not be kept as it came, and why.",
    pattern: "quarantine",
    query: "",
    columns: ["reason", "detail", "account", "event_id", "file"],
    sortedBy: "@timestamp",
  },
] as const satisfies readonly Search[];

export type SearchName = (typeof SEARCHES)[number]["name"];

export const searchId = (names: IndexNames, search: SearchName): string => objectId(names, `search-${search}`);

const INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index";

export const savedSearches = (names: IndexNames): readonly SavedObject[] =>
  SEARCHES.map(({ name, title, description, pattern, query, columns, sortedBy }) =>
    object(
      "search",
      searchId(names, name as SearchName),
      {
        title: objectTitle(names, title),
        description,
        hits: 0,
        columns,
        sort: [[sortedBy, "desc"]],
        version: 1,
        kibanaSavedObjectMeta: searchSource(query, INDEX),
      },
      [{ name: INDEX, type: "index-pattern", id: patternId(names, pattern) }],
    ),
  );
