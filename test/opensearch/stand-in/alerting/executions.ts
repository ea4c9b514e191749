import type { EpochMs } from "#core/domain/time.ts";
import type { CoreNode } from "../core-node.ts";
import { type Json, NeverRecorded } from "../exchange.ts";
import type { Notifications } from "../notifications/plugin.ts";
import { type ActionResult, act, isThrottled, remember, type Sending, throttled } from "./actions.ts";
import { type Alert, Alerts } from "./alerts.ts";
import type { Monitor } from "./monitor-form.ts";
import { keysOf, search, searchBuckets } from "./search.ts";

export interface Execution {
  readonly core: CoreNode;
  readonly alerts: Alerts;
  readonly notifications: Notifications;
  readonly now: EpochMs;
  readonly dryRun: boolean;
  /** Undefined for a monitor that was sent along and is not kept: it sends, and has no alerts. */
  readonly kept: { readonly id: string; readonly version: number } | undefined;
}

/** One run of a monitor, as `_execute` shows it. */
export async function execute(execution: Execution, monitor: Monitor): Promise<Json> {
  const { now } = execution;
  const [trigger, ...more] = monitor.triggers;
  if (more.length > 0) throw new NeverRecorded("a run of several triggers");
  const run = trigger.query_level_trigger
    ? await queryLevel(execution, monitor, trigger.query_level_trigger)
    : await bucketLevel(execution, monitor, trigger.bucket_level_trigger);
  return {
    monitor_name: monitor.name,
    period_start: now - monitor.schedule.period.interval * 60_000,
    period_end: now,
    error: null,
    ...run,
  };
}

const sendingOf = ({ core, notifications, now, dryRun }: Execution): Sending => ({ core, notifications, now, dryRun });

async function queryLevel(execution: Execution, monitor: Monitor, trigger: Json): Promise<Json> {
  const { core, alerts, now, dryRun, kept } = execution;
  const result = await search(core, monitor, now);
  const ctx = { monitor: { name: monitor.name }, results: [result] };
  const { triggered, error } = await judged(core, trigger.condition.script.source, ctx);
  const [current] = kept ? alerts.current(kept.id, trigger.id) : [];
  if (!triggered && current) throw new NeverRecorded("an alert of a query-level trigger that ends");
  const results: ActionResult[] = [];
  for (const action of triggered ? trigger.actions : []) {
    const held = isThrottled(action, current?.shown, now);
    results.push(held ? throttled(action) : await act(sendingOf(execution), action, ctx));
  }
  if (kept && triggered && !dryRun) {
    const alert = current ?? alerts.add({ ...kept, name: monitor.name }, trigger, "", now);
    const version = current ? current.shown.version + 1 : 1;
    const failed = results.find((one) => one.error !== null)?.error ?? error;
    alert.shown = { ...remember(alert.shown, results), ...stateOf(failed, now), last_notification_time: now, version };
  }
  const action_results = Object.fromEntries(results.map((one) => [one.id, one]));
  return {
    input_results: { results: [result], error: null },
    trigger_results: { [trigger.id]: { name: trigger.name, triggered, action_results, error } },
  };
}

function stateOf(failed: string | null, now: EpochMs): Json {
  if (failed === null) return { state: "ACTIVE" };
  const message = `Failed running action:\nOpenSearchStatusException[${failed}]`;
  return { state: "ERROR", error_message: message, alert_history: [{ timestamp: now, message }] };
}

/** A script that does not compile fires all the same, with its error beside it. */
async function judged(
  core: CoreNode,
  source: string,
  ctx: Json,
): Promise<{ triggered: boolean; error: string | null }> {
  const run = (script: string) =>
    core.ask("POST", "/_scripts/painless/_execute", { script: { source: script, params: { ctx } } });
  const { status, body } = await run(`def ctx = params.ctx; ${source}`);
  if (status < 400) return { triggered: body.result === "true", error: null };
  const alone = await run(source);
  const { root_cause: _, ...error } = alone.body.error;
  return { triggered: true, error: JSON.stringify(error, null, 2).replaceAll('": ', '" : ') };
}

interface Alerting {
  readonly alert: Alert;
  readonly kind: "NEW" | "DEDUPED" | "COMPLETED";
}

async function bucketLevel(execution: Execution, monitor: Monitor, trigger: Json): Promise<Json> {
  const { core, now } = execution;
  const path: string = trigger.condition.parent_bucket_path;
  // A path of three levels fails on the node, which runs the actions with empty lists even so.
  if (path.split(">").length > 2) {
    for (const action of trigger.actions) await act(sendingOf(execution), action, contextOf(monitor, []));
    const error = "Empty list doesn't contain element at index 0.";
    const failed = { name: trigger.name, agg_result_buckets: {}, action_results: {}, error };
    return { input_results: { results: [], error: "" }, trigger_results: { [trigger.id]: failed } };
  }
  const { result, places, buckets } = await searchBuckets(core, monitor, trigger, now);
  const contents = new Map(buckets.map((bucket) => [keysOf(bucket).join("#"), contentOf(path, bucket)]));
  // Of `terms` in the place of `composite` the buckets are found, and that is all.
  const composite = result.aggregations && isComposite(monitor, path);
  const action_results = composite ? await alertOn(execution, monitor, trigger, contents) : {};
  const agg_result_buckets = Object.fromEntries(
    [...contents].map(([key, agg_alert_content]) => [key, { agg_alert_content }]),
  );
  const named = { [trigger.id]: { parent_bucket_path: path, bucket_indices: places } };
  return {
    input_results: { results: [{ ...result, aggregations: { ...result.aggregations, ...named } }], error: null },
    trigger_results: { [trigger.id]: { name: trigger.name, agg_result_buckets, action_results, error: null } },
  };
}

const contentOf = (path: string, bucket: Json): Json => ({
  parent_bucket_path: path,
  bucket_keys: keysOf(bucket),
  bucket,
});

function isComposite({ inputs }: Monitor, path: string): boolean {
  const parent = path.split(">").reduce((at, name) => at.aggregations[name], inputs[0].search.query);
  return "composite" in parent;
}

async function alertOn(
  execution: Execution,
  monitor: Monitor,
  trigger: Json,
  contents: ReadonlyMap<string, Json>,
): Promise<Json> {
  const { alerts, now, dryRun, kept } = execution;
  const owner = { id: kept?.id ?? "", version: kept?.version ?? 0, name: monitor.name };
  const before = kept ? alerts.current(kept.id, trigger.id) : [];
  const store = dryRun || !kept ? new Alerts() : alerts;
  const concerned: Alerting[] = [];
  for (const [key, agg_alert_content] of contents) {
    const known = before.find((alert) => alert.key === key);
    const alert = known ?? store.add(owner, trigger, key, now);
    if (!dryRun || !known) alert.shown = { ...alert.shown, agg_alert_content };
    // What somebody has acknowledged is not said again.
    if (alert.shown.state !== "ACKNOWLEDGED") concerned.push({ alert, kind: known ? "DEDUPED" : "NEW" });
  }
  for (const alert of before.filter(({ key }) => !contents.has(key))) concerned.push({ alert, kind: "COMPLETED" });
  const done = await runActions(execution, monitor, trigger, concerned);
  for (const { alert, kind } of dryRun ? [] : concerned) {
    const results = Object.values<ActionResult>(done[alert.key] ?? {});
    const ran = results.some((one) => !one.throttled);
    const version = alert.shown.version + (kind === "NEW" ? 1 : 2);
    alert.shown = { ...remember(alert.shown, results), version, ...(ran ? { last_notification_time: now } : {}) };
    if (kind === "COMPLETED") alerts.complete(alert, now);
  }
  return done;
}

async function runActions(
  execution: Execution,
  monitor: Monitor,
  trigger: Json,
  concerned: readonly Alerting[],
): Promise<Json> {
  const done: Record<string, Record<string, ActionResult>> = {};
  const note = (alert: Alert, result: ActionResult) => {
    done[alert.key] = { ...done[alert.key], [result.id]: result };
  };
  for (const action of concerned.length > 0 ? trigger.actions : []) {
    const { per_alert: each } = action.action_execution_policy.action_execution_scope;
    if (!each) {
      const result = await act(sendingOf(execution), action, contextOf(monitor, concerned));
      for (const { alert } of concerned) note(alert, result);
      continue;
    }
    for (const one of concerned.filter(({ kind }) => each.actionable_alerts.includes(kind))) {
      const held = isThrottled(action, one.alert.shown, execution.now);
      note(one.alert, held ? throttled(action) : await act(sendingOf(execution), action, contextOf(monitor, [one])));
    }
  }
  return done;
}

function contextOf(monitor: Monitor, concerned: readonly Alerting[]): Json {
  const of = (kind: Alerting["kind"]) =>
    concerned
      .filter((one) => one.kind === kind)
      .map(({ alert }) => ({ ...alert.shown, bucket_keys: alert.shown.agg_alert_content.bucket_keys.join(",") }));
  return {
    monitor: { name: monitor.name },
    newAlerts: of("NEW"),
    dedupedAlerts: of("DEDUPED"),
    completedAlerts: of("COMPLETED"),
  };
}
