import type { Agenda } from "../agenda.ts";
import type { CoreNode } from "../core-node.ts";
import {
  type Answer,
  type Call,
  type Json,
  jsonOf,
  NeverRecorded,
  ok,
  onlyMembers,
  Refusal,
  refused,
} from "../exchange.ts";
import { Shelf } from "../shelf.ts";
import type { Decide } from "./decide.ts";
import type { Limits } from "./detector-checks.ts";
import { Detectors } from "./detectors.ts";
import { HistoricalRuns } from "./historical.ts";
import { detectorProfile, entityProfile } from "./profile.ts";
import { RealTimeJobs } from "./realtime.ts";
import { isWriteBlocked } from "./result-index.ts";
import { ResultQueries } from "./result-queries.ts";
import { shownTask, TASK_FIELDS, Tasks } from "./tasks.ts";
import { topAnomalies } from "./top-anomalies.ts";

const BASE = "/_plugins/_anomaly_detection/detectors";
const LIMITS: Limits & { batches: number } = { multiEntity: 10, singleStream: 1000, batches: 10 };
const PREFIX = "plugins.anomaly_detection.";
const SETTINGS = {
  [`${PREFIX}max_multi_entity_anomaly_detectors`]: "multiEntity",
  [`${PREFIX}max_anomaly_detectors`]: "singleStream",
  [`${PREFIX}max_batch_task_per_node`]: "batches",
} as const;

/** The anomaly detection plugin: detectors, their jobs, tasks and results. */
export class AnomalyDetection {
  readonly jobs: RealTimeJobs;
  readonly #core: CoreNode;
  readonly #nodeId: string;
  readonly #detectors: Detectors;
  readonly #results: ResultQueries;
  readonly #taskShelf: Shelf;
  readonly #tasks: Tasks;
  readonly #runs: HistoricalRuns;
  #limits = { ...LIMITS };
  #enabled = true;

  constructor(core: CoreNode, agenda: Agenda, decide: Decide, nodeId: string, standIn: string) {
    this.#core = core;
    this.#nodeId = nodeId;
    this.#detectors = new Detectors(core, agenda, standIn);
    this.#results = new ResultQueries(core, agenda, standIn);
    this.#taskShelf = new Shelf(core, ".opendistro-anomaly-detection-state", standIn, TASK_FIELDS);
    this.#tasks = new Tasks(this.#taskShelf, agenda);
    const reading = { core, agenda, tasks: this.#tasks, decide, nodeId };
    this.#runs = new HistoricalRuns(reading);
    this.jobs = new RealTimeJobs(reading);
  }

  /** Members of detectors that were sent and that the node drops without a word. */
  get dropped(): readonly string[] {
    return this.#detectors.dropped;
  }

  /** Undefined for a request that is none of the plugin's recorded ones. */
  async handle(call: Call): Promise<Answer | undefined> {
    if (!call.path.startsWith(BASE)) return undefined;
    if (!this.#enabled) {
      const how = "AD functionality is disabled. To enable update plugins.anomaly_detection.enabled to true";
      throw new Refusal(500, "illegal_state_exception", how);
    }
    const parts = call.path
      .slice(BASE.length + 1)
      .split("/")
      .filter(Boolean)
      .map(decodeURIComponent);
    return this.#route(`${call.method} ${routeOf(parts)}`, parts, call);
  }

  /** Settings of the plugin, which the core would not know. Throws {@link NeverRecorded} for others. */
  applySettings(settings: Readonly<Record<string, Json>>): void {
    for (const [name, value] of Object.entries(settings)) {
      const limit = SETTINGS[name as keyof typeof SETTINGS];
      if (limit) this.#limits = { ...this.#limits, [limit]: value ?? LIMITS[limit] };
      else if (name === `${PREFIX}enabled`) this.#enabled = value ?? true;
      else throw new NeverRecorded(`setting ${name}`);
    }
  }

  /** Resolves when no historical run works any more. */
  idle(): Promise<void> {
    return this.#runs.idle();
  }

  async close(): Promise<void> {
    await this.#runs.close();
    await Promise.all([this.#detectors.clear(), this.#taskShelf.clear(), this.#results.clear()]);
  }

  #route(route: string, parts: readonly string[], call: Call): Promise<Answer> | Answer | undefined {
    const [id = "", second, third] = parts;
    switch (route) {
      case "POST ":
        return this.#detectors.create(call, this.#limits);
      case "GET _search":
      case "POST _search":
        return this.#detectors.search(call);
      case "GET count":
        return ok({ count: this.#detectors.count, match: false });
      case "GET match":
        return ok({ count: 0, match: this.#detectors.named(call.query.get("name") ?? "") !== undefined });
      case "POST _validate":
      case "POST _validate/*":
        return this.#detectors.validate(call, second ?? "detector");
      case "GET *":
        return this.#get(id, call);
      case "PUT *":
        return this.#detectors.update(id, call, () => this.#demandIdle(id));
      case "DELETE *":
        return this.#delete(id);
      case "POST */_start":
        return this.#start(id, call);
      case "POST */_stop":
        return this.#stop(id, call);
      case "GET */_profile":
      case "POST */_profile":
      case "GET */_profile/*":
        return this.#profile(id, third, call);
      case "GET */results/_topAnomalies":
      case "POST */results/_topAnomalies":
        return this.#top(id, call);
      case "GET tasks/_search":
      case "POST tasks/_search":
        return this.#searchTasks(call);
      case "POST results/_search":
      case "POST results/_search/*":
        return this.#results.search(third, call);
      case "DELETE results":
        return this.#results.delete(call);
      default:
        return undefined;
    }
  }

  async #get(id: string, { query }: Call): Promise<Answer> {
    const { detector, version, seqNo, term } = this.#detectors.find(id);
    const withTask = query.get("task") === "true";
    if (withTask) await this.#runs.look();
    return ok({
      _id: id,
      _version: version,
      _primary_term: term,
      _seq_no: seqNo,
      anomaly_detector: detector,
      ...(query.get("job") === "true" ? { anomaly_detector_job: this.jobs.shown(id) } : {}),
      ...(withTask
        ? {
            realtime_task: shownTask(this.#tasks.latest(id, "realtime")),
            historical_analysis_task: shownTask(this.#tasks.latest(id, "historical")),
          }
        : {}),
    });
  }

  #demandIdle(id: string): void {
    if (this.jobs.isRunning(id)) throw refused(400, `Job is running: ${id}`);
    if (this.#runs.isRunning(id)) throw refused(400, "Historical is running");
  }

  async #delete(id: string): Promise<Answer> {
    if (!this.#detectors.has(id)) {
      if (!this.#tasks.any) throw new NeverRecorded("deletion of a missing detector before the first task");
      throw refused(500, "Failed to delete all tasks");
    }
    if (this.#runs.isRunning(id)) await this.#runs.look();
    if (this.jobs.isRunning(id) || this.#runs.isRunning(id)) throw refused(400, `Job is running: ${id}`);
    this.jobs.forget(id);
    return this.#detectors.delete(id);
  }

  async #start(id: string, call: Call): Promise<Answer> {
    const { detector } = this.#detectors.find(id);
    const alias = this.#results.aliasOf(detector);
    if (!detector.result_index) await this.#results.makeDefault();
    else if (await isWriteBlocked(this.#core, alias)) throw refused(500, "Fail to start detector");
    if (call.text === "") {
      await this.jobs.start(id, detector, alias);
      return ok({ _id: id });
    }
    const range = jsonOf(call);
    onlyMembers(range, ["start_time", "end_time"], "date range");
    if (this.#runs.isRunning(id) || this.#runs.count >= this.#limits.batches) {
      throw refused(400, "No available task slot");
    }
    return ok({ _id: await this.#runs.start(id, detector, range, alias) });
  }

  async #stop(id: string, { query }: Call): Promise<Answer> {
    this.#detectors.find(id);
    if (query.get("historical") === "true") return ok({ _id: await this.#runs.stop(id) });
    await this.jobs.stop(id);
    return ok({ _id: id });
  }

  async #profile(id: string, types: string | undefined, call: Call): Promise<Answer> {
    const { detector } = this.#detectors.find(id);
    const all = call.query.get("_all") === "true";
    const asked = { core: this.#core, id, detector, jobs: this.jobs, types: types?.split(",") ?? [], all };
    if (call.text !== "") {
      const { entity } = jsonOf(call);
      const lastResult = () => this.#results.newestOf(id, detector, entity);
      return ok(await entityProfile({ ...asked, entity, lastResult }));
    }
    if (all || asked.types.includes("ad_task")) await this.#runs.look();
    return ok(await detectorProfile({ ...asked, tasks: this.#tasks, nodeId: this.#nodeId }));
  }

  async #top(id: string, call: Call): Promise<Answer> {
    const { detector } = this.#detectors.find(id);
    const asked = jsonOf(call);
    onlyMembers(asked, ["size", "start_time_ms", "end_time_ms", "task_id", "category_field", "order"], "top anomalies");
    const historical = call.query.get("historical") === "true";
    const taskId = historical ? (asked.task_id ?? this.#tasks.latest(id, "historical")?.id) : undefined;
    if (historical && !taskId && detector.category_field) {
      throw new NeverRecorded("top anomalies of a detector without a historical run");
    }
    const index = `${this.#results.aliasOf(detector)}*`;
    return ok(await topAnomalies(this.#core, { id, detector, index, taskId, asked }));
  }

  async #searchTasks(call: Call): Promise<Answer> {
    if (!this.#tasks.any) throw new NeverRecorded("a search of tasks before the first task");
    await this.#runs.look();
    return this.#tasks.search(jsonOf(call));
  }
}

const FIRST_WORDS = ["_search", "count", "match", "_validate", "tasks", "results"];
const LATER_WORDS = ["_start", "_stop", "_profile", "results", "_topAnomalies", "_search"];

/** The path with a star for each id and name. */
const routeOf = (parts: readonly string[]): string =>
  parts.map((part, place) => ((place === 0 ? FIRST_WORDS : LATER_WORDS).includes(part) ? part : "*")).join("/");
