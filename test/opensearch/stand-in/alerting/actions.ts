import type { EpochMs } from "#core/domain/time.ts";
import { asJava } from "../as-java.ts";
import type { CoreNode } from "../core-node.ts";
import type { Json } from "../exchange.ts";
import type { Notifications } from "../notifications/plugin.ts";

export interface Sending {
  readonly core: CoreNode;
  readonly notifications: Notifications;
  readonly now: EpochMs;
  readonly dryRun: boolean;
}

/** What became of an action, as `_execute` shows it. */
export type ActionResult = Json;

export const throttled = ({ id, name }: Json): ActionResult => ({
  id,
  name,
  output: {},
  throttled: true,
  executionTime: null,
  error: null,
});

/** Whether the action was run less than its throttle ago. */
export function isThrottled(action: Json, alert: Json, now: EpochMs): boolean {
  const last = alert?.action_execution_results.find(({ action_id }: Json) => action_id === action.id);
  if (!action.throttle_enabled || !last) return false;
  return now < last.last_execution_time + action.throttle.value * 60_000;
}

/** Renders the texts with `ctx` and sends them, unless the run is dry. */
export async function act(sending: Sending, action: Json, ctx: Json): Promise<ActionResult> {
  const { core, notifications, now, dryRun } = sending;
  const { id, name, destination_id: channel } = action;
  const result = { id, name, throttled: false, executionTime: now };
  const subject = await rendered(core, action.subject_template.source, ctx);
  const message = await rendered(core, action.message_template.source, ctx);
  if (dryRun) return { ...result, output: { subject, message }, error: null };
  if (!notifications.has(channel)) {
    const error = `Unable to find a Notification Channel or Destination config with id [${channel}]`;
    return { ...result, output: {}, error };
  }
  const delivery = await notifications.deliver(channel, subject, message);
  if ("failure" in delivery) return { ...result, output: {}, error: delivery.failure };
  return { ...result, output: { subject, message, messageId: JSON.stringify(delivery.sent) }, error: null };
}

/** By the core's own Mustache, which escapes for JSON as the plugin's does: an ingest pipeline sets a field to it. */
async function rendered(core: CoreNode, source: string, ctx: Json): Promise<string> {
  const simulation = {
    pipeline: { processors: [{ set: { field: "rendered", value: source } }] },
    docs: [{ _source: { ctx } }],
  };
  const { docs } = await core.get("POST", "/_ingest/pipeline/_simulate", simulation, asJava);
  return docs[0].doc._source.rendered;
}

/** How an alert remembers what was done for it. */
export function remember(alert: Json, results: readonly ActionResult[]): Json {
  const known = new Map<string, Json>(alert.action_execution_results.map((one: Json) => [one.action_id, one]));
  for (const { id, throttled: held, executionTime } of results) {
    const before = known.get(id) ?? { action_id: id, last_execution_time: null, throttled_count: 0 };
    known.set(id, {
      ...before,
      ...(held ? { throttled_count: before.throttled_count + 1 } : { last_execution_time: executionTime }),
    });
  }
  return { ...alert, action_execution_results: [...known.values()] };
}
