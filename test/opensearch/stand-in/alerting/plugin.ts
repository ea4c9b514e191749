import type { Agenda } from "../agenda.ts";
import type { CoreNode } from "../core-node.ts";
import { type Answer, type Call, type Json, jsonOf, NeverRecorded, ok, Refusal } from "../exchange.ts";
import { newId } from "../ids.ts";
import type { Notifications } from "../notifications/plugin.ts";
import { recordedBody } from "../recordings.ts";
import { KEYWORD, Shelf, TEXT } from "../shelf.ts";
import { Alerts } from "./alerts.ts";
import { execute } from "./executions.ts";
import { type Monitor, readMonitor } from "./monitor-form.ts";
import { conflict, noIndex, notFound } from "./refusals.ts";

const BASE = "/_plugins/_alerting/monitors";
const FIELDS = { monitor: { properties: { name: TEXT, monitor_type: KEYWORD, enabled: { type: "boolean" } } } };
/** Until then the alerts of a deleted monitor are still listed as they were. */
const FORGOTTEN_AFTER_MS = 1500;

interface Kept {
  readonly id: string;
  readonly monitor: Monitor;
  readonly version: number;
  readonly seqNo: number;
  readonly term: number;
  /** Takes the next scheduled run off. */
  unschedule?: () => void;
}

/** The alerting plugin: monitors, their runs, and the alerts that come of them. */
export class Alerting {
  readonly #core: CoreNode;
  readonly #agenda: Agenda;
  readonly #notifications: Notifications;
  readonly #shelf: Shelf;
  readonly #monitors = new Map<string, Kept>();
  readonly #alerts = new Alerts();

  constructor(core: CoreNode, agenda: Agenda, notifications: Notifications, standIn: string) {
    this.#core = core;
    this.#agenda = agenda;
    this.#notifications = notifications;
    this.#shelf = new Shelf(core, ".opendistro-alerting-config", standIn, FIELDS);
  }

  async handle(call: Call): Promise<Answer | undefined> {
    if (!call.path.startsWith(BASE)) return undefined;
    const [first = "", ...rest] = call.path.slice(BASE.length + 1).split("/");
    const known = ["", "_search", "_execute", "alerts"].includes(first);
    switch (`${call.method} ${[known ? first : "*", ...rest].join("/")}`) {
      case "POST ":
        return this.#create(jsonOf(call));
      case "GET _search":
      case "POST _search":
        return this.#search(jsonOf(call));
      case "POST _execute":
        return this.#execute(undefined, call);
      case "GET alerts":
        return ok(this.#alerts.list(call.query, this.#agenda.now()));
      case "GET *":
        return ok({ ...shown(this.#find(first, "Monitor not found.")), associated_workflows: [] });
      case "PUT *":
        return this.#update(first, call);
      case "DELETE *":
        return this.#delete(first);
      case "POST */_execute":
        return this.#execute(this.#find(first, `Can't find monitor with id: ${first}`), call);
      case "POST */_acknowledge/alerts":
        return ok(this.#alerts.acknowledge(first, jsonOf(call).alerts, this.#agenda.now()));
      default:
        return undefined;
    }
  }

  close(): Promise<void> {
    return this.#shelf.clear();
  }

  async #create(sent: Json): Promise<Answer> {
    const monitor = readMonitor(sent, this.#agenda.now(), "created");
    await this.#checkIndices(monitor);
    return ok(shown(await this.#keep(newId(), monitor)), 201);
  }

  async #update(id: string, call: Call): Promise<Answer> {
    const before = this.#find(id, `Monitor with ${id} is not found`);
    const monitor = readMonitor(jsonOf(call), this.#agenda.now(), "updated");
    await this.#checkIndices(monitor);
    const seqNo = call.query.get("if_seq_no");
    const condition = seqNo === null ? undefined : { seqNo, term: call.query.get("if_primary_term") ?? "1" };
    try {
      const kept = await this.#keep(id, monitor, condition);
      before.unschedule?.();
      return ok(shown(kept));
    } catch (error) {
      throw error instanceof Refusal && error.status === 409 ? conflict(error.reason) : error;
    }
  }

  async #delete(id: string): Promise<Answer> {
    const { unschedule, version } = this.#find(id, `Monitor with ${id} is not found`);
    unschedule?.();
    await this.#shelf.delete(id);
    this.#monitors.delete(id);
    this.#agenda.plan(this.#agenda.now() + FORGOTTEN_AFTER_MS, () => this.#alerts.markDeleted(id));
    return ok({ _id: id, _version: version + 1 });
  }

  /** `_source` filters are ignored, as on the node. */
  async #search({ _source: _, ...body }: Json): Promise<Answer> {
    if (!this.#shelf.made) return ok(recordedBody("alerting", "search-before-any"));
    const answer = await this.#shelf.search(body);
    for (const hit of answer.body.hits?.hits ?? []) hit._source = hit._source.monitor;
    return answer;
  }

  async #execute(kept: Kept | undefined, call: Call): Promise<Answer> {
    if (kept && call.text !== "") throw new NeverRecorded("a run of a kept monitor with a body");
    const now = this.#agenda.now();
    const monitor = kept?.monitor ?? readMonitor(jsonOf(call), now, "created");
    return ok(await this.#run(monitor, kept, call.query.get("dryrun") === "true"));
  }

  #run(monitor: Monitor, kept: Kept | undefined, dryRun: boolean): Promise<Json> {
    const now = this.#agenda.now();
    return execute(
      { core: this.#core, alerts: this.#alerts, notifications: this.#notifications, now, dryRun, kept },
      monitor,
    );
  }

  async #keep(id: string, monitor: Monitor, condition?: { seqNo: string; term: string }): Promise<Kept> {
    const {
      _version: version,
      _seq_no: seqNo,
      _primary_term: term,
    } = await this.#shelf.put(id, { monitor }, condition);
    const kept: Kept = { id, monitor, version, seqNo, term };
    this.#monitors.set(id, kept);
    if (monitor.enabled) this.#schedule(kept, monitor.enabled_time);
    return kept;
  }

  #schedule(kept: Kept, last: number): void {
    const next = last + kept.monitor.schedule.period.interval * 60_000;
    kept.unschedule = this.#agenda.plan(next, async () => {
      this.#schedule(kept, next);
      await this.#run(kept.monitor, kept, false);
    });
  }

  /** A pattern may match nothing. */
  async #checkIndices({ inputs }: Monitor): Promise<void> {
    for (const index of inputs[0].search.indices.filter((name: string) => !name.includes("*"))) {
      if ((await this.#core.ask("HEAD", `/${index}`)).status === 404) throw noIndex(index);
    }
  }

  #find(id: string, otherwise: string): Kept {
    const kept = this.#monitors.get(id);
    if (kept) return kept;
    const backing = otherwise === "Monitor not found." && !this.#shelf.made ? " Backing index is missing." : "";
    throw notFound(otherwise + backing);
  }
}

const shown = ({ id, version, seqNo, term, monitor }: Kept): Json => ({
  _id: id,
  _version: version,
  _seq_no: seqNo,
  _primary_term: term,
  monitor,
});
