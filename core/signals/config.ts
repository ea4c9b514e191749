import * as z from "zod";
import { TrailwatchError } from "../domain/errors.ts";
import type { Signal } from "../domain/signal.ts";
import { EVENT_MARKS, OUTCOMES, QUANTITY_KINDS } from "../domain/usage-event.ts";
import { BUILT_IN_SIGNALS, SIGNALS_OF_ACTION } from "./definitions.ts";

const CHANGES = ["added", "removed", "used"] as const;

const thresholdsSchema = z
  .strictObject({
    low: z.number().positive().describe("From here a departure is low."),
    medium: z.number().positive().describe("From here a departure is medium, which is paged."),
    high: z.number().positive().describe("From here a departure is high."),
  })
  .refine(({ low, medium, high }) => low <= medium && medium <= high, {
    message: "thresholds must rise: low <= medium <= high",
  });

const ACTION = /^[a-z0-9.-]+:[A-Za-z0-9]+$/;
const actionSchema = z.string().regex(ACTION, "an action is written service:Action, such as ec2:RunInstances");

/** An {@link EventFilter} as it is written in the configuration. */
export const filterSchema = z.strictObject({
  actions: z.array(actionSchema).min(1).optional().describe("`service:Action`; one of them."),
  services: z.array(z.string().min(1)).min(1).optional().describe("`ec2`, `s3` ...; one of them."),
  outcomes: z.array(z.enum(OUTCOMES)).min(1).optional().describe("One of them; without it: success."),
  marks: z.array(z.enum(EVENT_MARKS)).min(1).optional().describe("What a record shows beyond its action; one of them."),
  readOnly: z.boolean().optional().describe("Only calls that change nothing (true) or something (false)."),
  quantities: z.array(z.enum(QUANTITY_KINDS)).min(1).optional().describe("Events with at least one such quantity."),
  quantityChange: z.enum(CHANGES).optional().describe("The quantities' change."),
});

const valueSchema = z.discriminatedUnion("of", [
  z.strictObject({ of: z.literal("events") }),
  z.strictObject({ of: z.literal("quantity"), kind: z.enum(QUANTITY_KINDS), change: z.enum(CHANGES) }),
  z.strictObject({ of: z.literal("usd-per-hour"), change: z.enum(["added", "removed"]) }),
  z.strictObject({ of: z.literal("unpriced-events") }),
]);

const signalSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/)
    .describe("Lower case, digits and hyphens."),
  title: z.string().min(1).max(100).describe("For headings."),
  unit: z.string().min(1).max(100).describe("Plural noun for sentences: `snapshots copied`."),
  filter: filterSchema.default({ outcomes: ["success"] }).describe("Every given condition must hold."),
  value: valueSchema.default({ of: "events" }).describe("What is added up; without it events are counted."),
  per: z
    .enum(["region", "principal", "resource"])
    .default("region")
    .describe("Always per account and region; per principal or resource besides."),
  direction: z.enum(["rise", "both"]).default("rise").describe("Whether a drop is a finding too."),
  floor: z.number().nonnegative().default(1).describe("Smaller departures are never findings."),
  thresholds: thresholdsSchema.nullable().default(null).describe("Counts in ten minutes per account and region."),
});

export const signalsConfigSchema = z
  .strictObject({
    thresholds: z
      .record(z.string(), thresholdsSchema)
      .default({})
      .describe(
        "Severity thresholds, counted per account, region and 10 minutes, by action (`RunInstances`, `CreateVolume`, " +
          "`Invoke` ...), by signal id (`usd-per-hour-added`), or by any other `service:Action`, which then becomes a signal.",
      ),
    floors: z
      .record(z.string(), z.number().nonnegative())
      .default({})
      .describe("By signal id: departures smaller than this are never findings."),
    disabled: z.array(z.string()).default([]).describe("Ids of built-in signals that are not watched."),
    custom: z.array(signalSchema).default([]).describe("Signals of your own; one with a built-in id replaces it."),
  })
  .describe("What is counted, and from which count on a departure is grave.");

export type SignalsConfig = z.infer<typeof signalsConfigSchema>;

/**
 * The signals to watch: built in, changed and extended by the configuration, in a stable order.
 * Throws TrailwatchError `CONFIGURATION_INVALID` for a name that is no signal and no action.
 */
export function resolveSignals(config: SignalsConfig): readonly Signal[] {
  const signals = new Map(BUILT_IN_SIGNALS.map((signal) => [signal.id, signal]));
  for (const custom of config.custom) signals.set(custom.id, custom);
  for (const [name, thresholds] of Object.entries(config.thresholds)) {
    const ids = signalIdsOf(name, signals);
    if (ids) for (const id of ids) change(signals, id, { thresholds });
    else if (ACTION.test(name)) {
      const signal = signalOfAction(name);
      signals.set(signal.id, { ...signal, thresholds, floor: Math.min(signal.floor, thresholds.low) });
    } else throw unknownName("thresholds", name, [...Object.keys(SIGNALS_OF_ACTION).map(bareName), ...signals.keys()]);
  }
  for (const [id, floor] of Object.entries(config.floors)) {
    if (!signals.has(id)) throw unknownName("floors", id, [...signals.keys()]);
    change(signals, id, { floor });
  }
  for (const id of config.disabled) {
    if (!signals.delete(id)) throw unknownName("disabled", id, [...signals.keys()]);
  }
  return [...signals.values()];
}

/** A signal's id, or an action that a built-in signal stands for, with or without its service. */
function signalIdsOf(name: string, signals: ReadonlyMap<string, Signal>): readonly string[] | undefined {
  if (signals.has(name)) return [name];
  const stands = Object.entries(SIGNALS_OF_ACTION).find(([action]) => action === name || action.endsWith(`:${name}`));
  return stands?.[1];
}

const bareName = (action: string): string => action.slice(action.indexOf(":") + 1);

function signalOfAction(name: string): Signal {
  return {
    id: `action-${name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`,
    title: `Calls of ${name}`,
    unit: `calls of ${name}`,
    filter: { actions: [name], outcomes: ["success"] },
    value: { of: "events" },
    per: "region",
    direction: "rise",
    floor: 1,
    thresholds: null,
  };
}

function change(signals: Map<string, Signal>, id: string, patch: Partial<Signal>): void {
  const signal = signals.get(id);
  if (signal) signals.set(id, { ...signal, ...patch });
}

function unknownName(field: string, name: string, known: readonly string[]): TrailwatchError {
  return new TrailwatchError(
    "CONFIGURATION_INVALID",
    `signals.${field} names ${JSON.stringify(name)}, which is no signal${field === "thresholds" ? " and no action" : ""}`,
    `Use one of: ${known.join(", ")}${field === "thresholds" ? "; or write another action as service:Action, such as s3:DeleteBucket" : ""}.`,
  );
}
