import type { IndexNames } from "../index-names.ts";
import { eventProperties } from "./event-mapping.ts";
import {
  boolean,
  count,
  date,
  type FieldMapping,
  keptText,
  keyword,
  opaque,
  shownDate,
  summedDouble,
  text,
} from "./field-types.ts";

/** Raised whenever a field gets another type or meaning; a field that is added does not need it. */
export const MAPPING_VERSION = 1;

export interface TemplateOptions {
  /** Of a day's events and a month's roll-ups; all else has one. */
  readonly shards: number;
  readonly replicas: number;
  /** `zstd_no_dict` needs the custom-codecs plugin (Amazon's domains from 2.9 have it); the other is in every version. */
  readonly codec: "best_compression" | "zstd_no_dict";
  /** Seconds until what was written can be found. */
  readonly refreshSeconds: number;
}

const DEFAULTS: TemplateOptions = {
  shards: 1,
  replicas: 1,
  codec: "best_compression",
  refreshSeconds: 10,
};

const VERSION = { trailwatch: { version: MAPPING_VERSION } };

/** `PUT _index_template/<name>` with the body. */
export interface IndexTemplate {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Entities and buckets; a bucket is written again when a late event amends it. `entity` is `<account>|<region>`. */
const rollupProperties = {
  // Start of the bucket.
  "@timestamp": date,
  bucket_minutes: { type: "integer" },
  signal: keyword,
  account: keyword,
  region: keyword,
  principal: keyword,
  resource: keyword,
  entity: keyword,
  account_type: keyword,
  ou_path: keyword,
  value: { type: "double" },
  // Square root of the value, in which counts scatter evenly.
  root: summedDouble,
  // Whole texts of principals and resources that are too long for a term.
  long: opaque,
  written_at: shownDate,
};

/** CloudTrail's own findings, with the names that events have for the same. */
const insightProperties = {
  "@timestamp": date,
  event_id: keyword,
  account: keyword,
  region: keyword,
  service: keyword,
  action: keyword,
  call: keyword,
  insight_type: keyword,
  // `start` or `end`
  state: keyword,
  // Calls or errors a minute, as usual and then.
  baseline: summedDouble,
  insight: summedDouble,
  duration_minutes: summedDouble,
  error_code: keyword,
  shared_event_id: keyword,
  written_at: shownDate,
  document: opaque,
};

/** The name that events and roll-ups have for the same, so that one filter of a dashboard holds for all. */
const alias = (path: string): FieldMapping => ({ type: "alias", path });

const incidentProperties = {
  incident_id: keyword,
  severity: keyword,
  severity_rank: { type: "integer" },
  state: keyword,
  opened_at: date,
  updated_at: date,
  closed_at: date,
  window_start: date,
  window_end: date,
  accounts: keyword,
  account: alias("accounts"),
  account_names: keyword,
  account_alias: alias("account_names"),
  account_types: keyword,
  account_type: alias("account_types"),
  ou_paths: keyword,
  ou_path: alias("ou_paths"),
  regions: keyword,
  region: alias("regions"),
  principals: keyword,
  principal: alias("principals"),
  signals: keyword,
  // `<account>|<...>` of its findings, each once: which account on which day, in which region, with what.
  account_days: keyword,
  account_regions: keyword,
  account_findings: keyword,
  // End of the address at which OpenSearch Dashboards shows its events.
  events_link: keptText,
  causes: keyword,
  summary: text,
  paged: boolean,
  expected: boolean,
  muted: boolean,
  revision: { type: "integer" },
  findings: { type: "integer" },
  event_count: count,
  cost_month_low: { type: "double" },
  cost_month_high: { type: "double" },
  unpriced: boolean,
  written_at: date,
  document: opaque,
};

const firstUseProperties = {
  // When the value was first used.
  "@timestamp": date,
  account: keyword,
  dimension: keyword,
  value: keyword,
  first_event_id: keyword,
  region: keyword,
  principal: keyword,
  // Whole texts of values and principals that are too long for a term.
  long: opaque,
  written_at: date,
};

/** Every field takes any text: what was refused once is not refused again. */
const quarantineProperties = {
  "@timestamp": date,
  reason: keyword,
  detail: text,
  event_id: keyword,
  event_time: keyword,
  account: keyword,
  index: keyword,
  error_type: keyword,
  file: keyword,
  record: keyword,
  document: keptText,
};

const stateProperties = { kind: keyword, version: { type: "integer" }, updated_at: date, value: opaque };

/** Composable index templates for all that is kept, as a node gives them back when it is asked for them. */
export function indexTemplates(names: IndexNames, options: Partial<TemplateOptions> = {}): readonly IndexTemplate[] {
  const { shards, replicas, codec, refreshSeconds } = { ...DEFAULTS, ...options };
  const template = (
    name: string,
    pattern: string,
    properties: Readonly<Record<string, FieldMapping>>,
    ofMany: boolean,
  ): IndexTemplate => ({
    name,
    body: {
      index_patterns: [pattern],
      composed_of: [],
      // Above the templates that match everything.
      priority: 200,
      template: {
        settings: {
          index: {
            number_of_shards: String(ofMany ? shards : 1),
            number_of_replicas: String(replicas),
            codec,
            refresh_interval: ofMany ? `${refreshSeconds}s` : "1s",
            mapping: { total_fields: { limit: "500" } },
          },
        },
        mappings: { dynamic: "false", _meta: VERSION, properties },
      },
      _meta: VERSION,
    },
  });
  return [
    template(`${names.namespace}usage-events`, names.events, eventProperties, true),
    template(`${names.namespace}usage-rollups`, names.rollups, rollupProperties, true),
    template(`${names.namespace}usage-insights`, names.insights, insightProperties, false),
    template(names.incidents, names.incidents, incidentProperties, false),
    template(names.firstUses, names.firstUses, firstUseProperties, false),
    template(names.quarantine, names.quarantine, quarantineProperties, false),
    template(names.state, names.state, stateProperties, false),
  ];
}
