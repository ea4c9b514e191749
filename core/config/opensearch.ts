import * as z from "zod";
import { TrailwatchError } from "../domain/errors.ts";
import type { Signal } from "../domain/signal.ts";
import { BUILT_IN_SIGNALS } from "../signals/definitions.ts";

const days = (value: number, description: string) =>
  z.number().int().min(1).max(3650).default(value).describe(description);
const whole = (value: number, least: number, most: number, description: string) =>
  z.number().int().min(least).max(most).default(value).describe(description);

/** What a forest learns for each: an account's region, all accounts of a type, all accounts of an organizational unit. */
const FOREST_CATEGORIES = ["entity", "account-type", "ou"] as const;
export type ForestCategory = (typeof FOREST_CATEGORIES)[number];

const detectorSchema = z.strictObject({
  signal: z.string().min(1).describe("Id of a signal."),
  by: z
    .enum(FOREST_CATEGORIES)
    .default("entity")
    .describe("`entity`: each account and region; `account-type`, `ou`: all accounts of one together."),
});

export type ForestDetector = z.infer<typeof detectorSchema>;

/**
 * A cluster runs ten detectors of many entities. These are nine: one place is left, in which a detector that has to be
 * made anew can learn beside the one that it replaces.
 */
const DEFAULT_DETECTORS: readonly ForestDetector[] = [
  { signal: "instances-launched", by: "entity" },
  { signal: "usd-per-hour-added", by: "entity" },
  { signal: "instances-launched", by: "account-type" },
  { signal: "denied-calls", by: "entity" },
  { signal: "identity-changes", by: "entity" },
  { signal: "function-invocations", by: "entity" },
  { signal: "volumes-created", by: "entity" },
  { signal: "denied-calls", by: "account-type" },
  { signal: "usd-per-hour-added", by: "ou" },
];

const forestSchema = z
  .strictObject({
    detectors: z
      .array(detectorSchema)
      .default([...DEFAULT_DETECTORS])
      .describe(
        "The most important first: what exceeds the cluster's limit (ten of them, unless an administrator raised it) is left out, and said. docs/opensearch.md lists the nine that are built in.",
      ),
    writingMinutes: whole(
      5,
      1,
      60,
      "How long a closed bucket may take to be written. A window is judged after its own length, the lateness of delivery and this: judged earlier, it would be empty.",
    ),
    shingle: whole(8, 1, 60, "How many windows in a row are looked at together."),
    historyDays: whole(
      14,
      1,
      90,
      "Past days that a new detector is run over at once, so that its first day is not blind.",
    ),
    memoryMiB: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe(
        "Memory for all models together; the busiest entities that fit are covered. null: what the cluster gives to anomaly detection, a tenth of its heap.",
      ),
  })
  .prefault({})
  .describe("Anomaly detectors of the cluster, a second opinion beside the count model.");

const alertsSchema = z
  .strictObject({
    minimumGrade: z.number().min(0).max(1).default(0.3).describe("Results with a lower grade ring no bell."),
    everyMinutes: whole(5, 1, 60, "How often results are looked through."),
    throttleMinutes: whole(60, 1, 1440, "An entity that goes on alerting rings again after this."),
    snsTopicArn: z.string().startsWith("arn:").nullable().default(null).describe("SNS topic that is rung."),
    snsRoleArn: z
      .string()
      .startsWith("arn:")
      .nullable()
      .default(null)
      .describe("IAM role with which the cluster publishes to the topic."),
    webhook: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null)
      .describe("Address that is rung instead of a topic."),
  })
  .refine(({ snsTopicArn, webhook }) => snsTopicArn === null || webhook === null, {
    message: "give snsTopicArn or webhook, not both",
  })
  .prefault({})
  .describe("Who is told at once that the forest found something.");

const roles = (description: string) => z.array(z.string().min(1)).default([]).describe(description);

const accessSchema = z
  .strictObject({
    writers: roles("Who stores events and roll-ups: ARNs of IAM roles, or other backend roles."),
    processors: roles("Who reads everything and stores incidents."),
    readers: roles("Who looks at it."),
  })
  .prefault({})
  .describe(
    "Backend roles that get a role of the cluster's, where its security plugin is on; those who have it keep it.",
  );

/** What is kept in OpenSearch, for how long, and what watches it there. docs/opensearch.md explains it. */
export const opensearchConfigSchema = z
  .strictObject({
    shards: whole(1, 1, 100, "Shards of a day's events and of a month's roll-ups."),
    replicas: whole(1, 0, 5, "Copies of every shard; 0 on a single node."),
    refreshSeconds: whole(10, 1, 600, "Until what was stored can be found."),
    eventDays: days(90, "Days that events are kept; an older event is refused."),
    rollupDays: days(400, "Days that roll-ups are kept."),
    resultDays: days(90, "Days that the forest's results are kept."),
    forest: forestSchema,
    alerts: alertsSchema,
    access: accessSchema,
  })
  .describe("What is kept in OpenSearch, where one is used.");

export type OpenSearchConfig = z.infer<typeof opensearchConfigSchema>;

export interface WatchedSignal {
  readonly signal: Signal;
  readonly by: ForestCategory;
}

/**
 * The detectors of the configuration with their signals, in its order; without those of signals that it turns off.
 * Throws TrailwatchError `CONFIGURATION_INVALID` for a name that is no signal, and for one detector twice.
 */
export function watchedSignals({ forest }: OpenSearchConfig, signals: readonly Signal[]): readonly WatchedSignal[] {
  const known = new Map(signals.map((signal) => [signal.id, signal]));
  const seen = new Set<string>();
  return forest.detectors.flatMap(({ signal: id, by }) => {
    const signal = known.get(id);
    if (!signal && !BUILT_IN_SIGNALS.some((builtIn) => builtIn.id === id)) {
      throw new TrailwatchError(
        "CONFIGURATION_INVALID",
        `opensearch.forest.detectors names ${JSON.stringify(id)}, which is no signal`,
        `Use one of: ${[...known.keys()].join(", ")}.`,
      );
    }
    if (seen.has(`${id} ${by}`)) {
      throw new TrailwatchError(
        "CONFIGURATION_INVALID",
        `opensearch.forest.detectors has ${id} by ${by} twice`,
        "Name every detector once.",
      );
    }
    seen.add(`${id} ${by}`);
    return signal ? [{ signal, by }] : [];
  });
}
