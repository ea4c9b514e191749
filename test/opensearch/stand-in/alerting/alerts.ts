import { randomUUID } from "node:crypto";
import type { EpochMs } from "#core/domain/time.ts";
import { type Json, NeverRecorded, WholeRefusal } from "../exchange.ts";
import { newId } from "../ids.ts";
import { recordedBody } from "../recordings.ts";

export interface Alert {
  readonly id: string;
  readonly monitorId: string;
  readonly triggerId: string;
  /** Of the bucket; "" for a query-level trigger. */
  readonly key: string;
  /** As it is given back. */
  shown: Json;
}

const DEFAULT_SIZE = 20;
const LISTING = [
  "size",
  "startIndex",
  "alertState",
  "sortString",
  "sortOrder",
  "monitorId",
  "severityLevel",
  "searchString",
];
/** These go on from one run to the next. */
const CURRENT = ["ACTIVE", "ACKNOWLEDGED", "ERROR"];

/** Alerts that go on, and those that are over. */
export class Alerts {
  #all: Alert[] = [];

  current(monitorId: string, triggerId: string): Alert[] {
    const same = this.#all.filter((alert) => alert.monitorId === monitorId && alert.triggerId === triggerId);
    return same.filter(({ shown }) => CURRENT.includes(shown.state));
  }

  add(monitor: { id: string; version: number; name: string }, trigger: Json, key: string, now: EpochMs): Alert {
    const time = new Date(now).toISOString().replace("Z", "000000");
    const shown = {
      id: newId(),
      version: 1,
      monitor_id: monitor.id,
      workflow_id: "",
      workflow_name: "",
      associated_alert_ids: [],
      schema_version: 5,
      monitor_version: monitor.version,
      monitor_name: monitor.name,
      execution_id: `${monitor.id}_${time}_${randomUUID()}`,
      trigger_id: trigger.id,
      trigger_name: trigger.name,
      finding_ids: [],
      related_doc_ids: [],
      state: "ACTIVE",
      error_message: null,
      alert_history: [],
      severity: trigger.severity,
      action_execution_results: [],
      start_time: now,
      last_notification_time: now,
      end_time: null,
      acknowledged_time: null,
    };
    const alert = { id: shown.id, monitorId: monitor.id, triggerId: trigger.id, key, shown };
    this.#all.push(alert);
    return alert;
  }

  acknowledge(monitorId: string, ids: readonly string[], now: EpochMs): Json {
    const success: string[] = [];
    const failed: Json[] = [];
    const fail = (id: string, failed_reason: string) => failed.push({ [id]: { failed_reason } });
    for (const id of ids) {
      const alert = this.#all.find((one) => one.id === id && one.monitorId === monitorId);
      if (!alert || !CURRENT.includes(alert.shown.state))
        fail(id, `Alert: ${id} does not exist (it may have already completed).`);
      else if (alert.shown.state === "ACKNOWLEDGED") fail(id, "Alert has already been acknowledged.");
      else {
        const { version } = alert.shown;
        alert.shown = { ...alert.shown, state: "ACKNOWLEDGED", acknowledged_time: now, version: version + 1 };
        success.push(id);
      }
    }
    return { success, failed };
  }

  /** Over, and so another document. */
  complete(alert: Alert, now: EpochMs): void {
    alert.shown = { ...alert.shown, state: "COMPLETED", end_time: now, version: 1 };
  }

  /** The alerts of a deleted monitor. */
  markDeleted(monitorId: string): void {
    for (const alert of this.#all.filter((one) => one.monitorId === monitorId && CURRENT.includes(one.shown.state))) {
      alert.shown = { ...alert.shown, state: "DELETED" };
    }
  }

  /** Throws {@link Refusal} for a field that cannot be sorted on. */
  list(query: URLSearchParams, now: EpochMs): Json {
    const unknown = [...query.keys()].filter((name) => !LISTING.includes(name));
    if (unknown.length > 0) throw new NeverRecorded(`alerts by ${unknown.join(", ")}`);
    const text = (name: string) => query.get(name) ?? undefined;
    const state = text("alertState") ?? "ALL";
    const found = this.#all
      .map(({ shown }) => shown)
      .filter((alert) => state === "ALL" || alert.state === state)
      .filter((alert) => alert.monitor_id === (text("monitorId") ?? alert.monitor_id))
      .filter((alert) => alert.severity === (text("severityLevel") ?? alert.severity))
      .filter((alert) => alert.monitor_name.includes(text("searchString") ?? ""));
    const member = sortMember(text("sortString") ?? "monitor_name.keyword", now);
    found.sort((a, b) => (a[member] === b[member] ? 0 : a[member] < b[member] ? -1 : 1));
    if (text("sortOrder") === "desc") found.reverse();
    const start = Number(text("startIndex") ?? 0);
    const size = Number(text("size") ?? DEFAULT_SIZE);
    return { alerts: found.slice(start, start + size), totalAlerts: found.length };
  }
}

function sortMember(field: string, now: EpochMs): string {
  if (field === "start_time") return "start_time";
  if (field === "monitor_name.keyword") return "monitor_name";
  if (field !== "nope") throw new NeverRecorded(`alerts sorted by ${field}`);
  const today = new Date(now).toISOString().slice(0, 10).replaceAll("-", ".");
  const recorded = JSON.stringify(recordedBody("alerting", "alerts-bad-sort"));
  throw new WholeRefusal(400, JSON.parse(recorded.replaceAll("2026.11.20", today)));
}
