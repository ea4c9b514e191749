import type { OpenSearchConfig } from "#core/config/opensearch.ts";
import type { IndexNames } from "../index-names.ts";

export interface MonitorSpec {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface MonitorSettings {
  readonly names: IndexNames;
  readonly config: OpenSearchConfig;
  readonly channelId: string;
  /** Minutes after its end at which a detector judges a window. */
  readonly windowDelayMinutes: number;
}

/** A result is written some seconds after its window is judged; a run of the monitor may come late. */
const RUNS_LOOKED_BACK = 3;
/** Entities a page; further pages are followed. */
const PAGE = 1000;

/**
 * One monitor over the results of all detectors, with one alert for each entity: it does not depend on ids that change
 * when a detector is replaced, and none of the entities that alerted at once is lost. It is a bell: it says who, and what
 * happened is read from the results, by a watermark, so that a bell that is throttled, repeated or lost costs nothing.
 *
 * `composite` within `nested` is what the plugin keeps alerts of; `terms` in its place finds the buckets and says nothing.
 * Results of the warm-up have confidence 0.
 */
export function monitorSpec({ names, config, channelId, windowDelayMinutes }: MonitorSettings): MonitorSpec {
  const { minimumGrade, everyMinutes, throttleMinutes } = config.alerts;
  const back = windowDelayMinutes + RUNS_LOOKED_BACK * everyMinutes;
  const name = monitorName(names);
  const filter = [
    { range: { data_end_time: { gte: `{{period_end}}||-${back}m`, lte: "{{period_end}}", format: "epoch_millis" } } },
    { range: { anomaly_grade: { gt: minimumGrade } } },
    { range: { confidence: { gt: 0 } } },
  ];
  const byEntity = {
    composite: { size: PAGE, sources: [{ entity: { terms: { field: "entity.value" } } }] },
    aggregations: { back: { reverse_nested: {}, aggregations: { grade: { max: { field: "anomaly_grade" } } } } },
  };
  const trigger = {
    name: "an entity departs",
    severity: "3",
    condition: {
      buckets_path: { grade: "back>grade" },
      parent_bucket_path: "n>by_entity",
      script: { source: `params.grade > ${minimumGrade}`, lang: "painless" },
    },
    actions: [action(channelId, name, names, throttleMinutes)],
  };
  return {
    name,
    body: {
      type: "monitor",
      monitor_type: "bucket_level_monitor",
      name,
      enabled: true,
      schedule: { period: { interval: everyMinutes, unit: "MINUTES" } },
      inputs: [
        {
          search: {
            indices: [names.forestResults],
            query: {
              size: 0,
              query: { bool: { filter } },
              aggregations: { n: { nested: { path: "entity" }, aggregations: { by_entity: byEntity } } },
            },
          },
        },
      ],
      triggers: [{ bucket_level_trigger: trigger }],
    },
  };
}

export const monitorName = ({ namespace }: IndexNames): string => `${namespace}trailwatch-forest`;

/** Throttled for each entity: for a whole run the plugin refuses it. */
const action = (channelId: string, monitor: string, names: IndexNames, throttleMinutes: number) => ({
  name: "ring",
  destination_id: channelId,
  subject_template: { lang: "mustache", source: "Trailwatch: a forest detector alerts" },
  message_template: { lang: "mustache", source: bellTemplate(monitor, names) },
  throttle_enabled: true,
  throttle: { value: throttleMinutes, unit: "MINUTES" },
  action_execution_policy: { action_execution_scope: { per_alert: { actionable_alerts: ["NEW", "DEDUPED"] } } },
});

/**
 * JSON. Two braces, never three: regions and unit paths are other people's texts, and the plugin's templates escape for
 * JSON. A template cannot leave out the last comma, so that each list ends with an empty text.
 */
function bellTemplate(monitor: string, { namespace, forestResults }: IndexNames): string {
  const fixed = JSON.stringify({
    source: "trailwatch",
    kind: "forest-bell",
    version: 1,
    namespace,
    monitor,
    results: forestResults,
  });
  const keysOf = (alerts: string): string => `[{{#ctx.${alerts}}}"{{bucket_keys}}",{{/ctx.${alerts}}}""]`;
  return `${fixed.slice(0, -1)},"new":${keysOf("newAlerts")},"ongoing":${keysOf("dedupedAlerts")}}`;
}
