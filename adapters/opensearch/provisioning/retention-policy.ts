import type { OpenSearchConfig } from "#core/config/opensearch.ts";
import type { IndexNames } from "../index-names.ts";

/** A policy of the index management plugin: indices of a pattern are deleted whole when they are old enough. */
export interface RetentionPolicy {
  readonly id: string;
  readonly pattern: string;
  readonly days: number;
  readonly policy: Readonly<Record<string, unknown>>;
}

/**
 * Age counts from an index's creation, so that a day that was read later is kept longer, never shorter. An event dated
 * before the retention is refused when it is written, and does not bring a deleted index back.
 */
export function retentionPolicies(config: OpenSearchConfig, names: IndexNames): readonly RetentionPolicy[] {
  return [
    retention(`${names.namespace}trailwatch-events`, names.events, config.eventDays),
    // Where an index holds a month, its youngest rows are kept as long as was said.
    retention(`${names.namespace}trailwatch-rollups`, names.rollups, config.rollupDays + DAYS_OF_A_MONTH),
    retention(`${names.namespace}trailwatch-insights`, names.insights, config.eventDays + DAYS_OF_A_MONTH),
  ];
}

const DAYS_OF_A_MONTH = 31;

const retention = (id: string, pattern: string, days: number): RetentionPolicy => ({
  id,
  pattern,
  days,
  policy: {
    description: `Deletes ${pattern} after ${days} days.`,
    default_state: "kept",
    states: [
      {
        name: "kept",
        actions: [],
        transitions: [{ state_name: "deleted", conditions: { min_index_age: `${days}d` } }],
      },
      { name: "deleted", actions: [{ delete: {} }], transitions: [] },
    ],
    ism_template: [{ index_patterns: [pattern], priority: 100 }],
  },
});
