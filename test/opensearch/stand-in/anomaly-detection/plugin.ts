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
import { newId } from "../ids.ts";
import { recordedBody } from "../recordings.ts";
import { DATE, KEYWORD, Shelf, TEXT, WITH_VERSIONS } from "../shelf.ts";
import type { Decide } from "./decide.ts";
import {
  checkAgainstCluster,
  checkLimits,
  checkName,
  checkParsing,
  type Limits,
  nameTaken,
} from "./detector-checks.ts";
import { type Detector, Problem, readDetector, unknownMembers } from "./detector-form.ts";
import { HistoricalRuns } from "./historical.ts";
import { detectorProfile, entityProfile } from "./profile.ts";
import { RealTimeJobs } from "./realtime.ts";
import {
  checkResultMapping,
  isWriteBlocked,
  makeDefaultResultIndex,
  makeFlattenedIndex,
  makeResultIndex,
} from "./result-index.ts";
import { intervalMs } from "./series.ts";
import { shownTask, TASK_FIELDS, Tasks } from "./tasks.ts";
import { topAnomalies } from "./top-anomalies.ts";

const BASE = "/_plugins/_anomaly_detection/detectors";
const DETECTOR_FIELDS = {
  name: TEXT,
  description: TEXT,
  time_field: KEYWORD,
  indices: TEXT,
  detector_type: KEYWORD,
  category_field: KEYWORD,
  result_index: KEYWORD,
  last_update_time: DATE,
};
const DEFAULT_RESULTS = ".opendistro-anomaly-results";
const LIMITS: Limits & { batches: number } = { multiEntity: 10, singleStream: 1000, batches: 10 };
const PREFIX = "plugins.anomaly_detection.";
const SETTINGS = {
  [`${PREFIX}max_multi_entity_anomaly_detectors`]: "multiEntity",
  [`${PREFIX}max_anomaly_detectors`]: "singleStream",
  [`${PREFIX}max_batch_task_per_node`]: "batches",
} as const;

interface Kept {
  readonly id: string;
  detector: Detector;
  version: number;
  seqNo: number;
  term: number;
}

/** The anomaly detection plugin: detectors, their jobs, tasks and results. */
export class AnomalyDetection {
  /** Members that were sent and that the node drops without a word. */
  readonly dropped: string[] = [];
  readonly jobs: RealTimeJobs;
  readonly #core: CoreNode;
  readonly #agenda: Agenda;
  readonly #detectors = new Map<string, Kept>();
  readonly #shelf: Shelf;
  readonly #taskShelf: Shelf;
  readonly #tasks: Tasks;
  readonly #runs: HistoricalRuns;
  readonly #nodeId: string;
  readonly #standIn: string;
  #limits = { ...LIMITS };
  #enabled = true;

  constructor(core: CoreNode, agenda: Agenda, decide: Decide, nodeId: string, standIn: string) {
    this.#core = core;
    this.#agenda = agenda;
    this.#nodeId = nodeId;
    this.#standIn = standIn;
    this.#shelf = new Shelf(core, ".opendistro-anomaly-detectors", standIn, DETECTOR_FIELDS);
    this.#taskShelf = new Shelf(core, ".opendistro-anomaly-detection-state", standIn, TASK_FIELDS);
    this.#tasks = new Tasks(this.#taskShelf, agenda);
    const reading = { core, agenda, tasks: this.#tasks, decide, nodeId };
    this.#runs = new HistoricalRuns(reading);
    this.jobs = new RealTimeJobs(reading);
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
    const route = `${call.method} ${parts.map((part, place) => (isWord(part, place) ? part : "*")).join("/")}`;
    return this.#route(route, parts, call);
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
    await Promise.all([this.#shelf.clear(), this.#taskShelf.clear()]);
    const own = `${this.#defaultResults}*`;
    const { body } = await this.#core.ask("GET", `/_cat/indices/${own}?format=json&h=index&expand_wildcards=all`);
    for (const { index } of Array.isArray(body) ? body : []) await this.#core.ask("DELETE", `/${index}`);
  }

  #route(route: string, parts: readonly string[], call: Call): Promise<Answer> | Answer | undefined {
    const [id = ""] = parts;
    switch (route) {
      case "POST ":
        return this.#create(call);
      case "POST _search":
      case "GET _search":
        return this.#search(call);
      case "GET count":
        return ok({ count: this.#detectors.size, match: false });
      case "GET match":
        return ok({ count: 0, match: this.#named(call.query.get("name") ?? "") !== undefined });
      case "POST _validate":
      case "POST _validate/detector":
      case "POST _validate/model":
      case "POST _validate/*":
        return this.#validate(call, parts[1] ?? "detector");
      case "GET *":
        return this.#get(id, call);
      case "PUT *":
        return this.#update(id, call);
      case "DELETE *":
        return this.#delete(id);
      case "POST */_start":
        return this.#start(id, call);
      case "POST */_stop":
        return this.#stop(id, call);
      case "GET */_profile":
      case "POST */_profile":
      case "GET */_profile/*":
        return this.#profile(id, parts[2], call);
      case "POST */results/_topAnomalies":
      case "GET */results/_topAnomalies":
        return this.#top(id, call);
      case "POST tasks/_search":
      case "GET tasks/_search":
        return this.#searchTasks(call);
      case "POST results/_search":
      case "POST results/_search/*":
        return this.#searchResults(parts[2], call);
      case "DELETE results":
        return this.#deleteResults(call);
      default:
        return undefined;
    }
  }

  async #create(call: Call): Promise<Answer> {
    return created(async () => {
      const detector = await this.#read(call);
      checkLimits(detector, this.#all(), this.#limits);
      await checkAgainstCluster(this.#core, detector);
      if (this.#named(detector.name)) throw nameTaken(detector.name);
      const id = newId();
      const kept = await this.#keep(id, detector);
      if (detector.flatten_custom_result_index) await makeFlattenedIndex(this.#core, detector, this.#agenda.now());
      return ok(shown(kept), 201);
    });
  }

  async #update(id: string, call: Call): Promise<Answer> {
    return created(async () => {
      const detector = await this.#read(call);
      const kept = this.#find(id);
      if (this.jobs.isRunning(id)) throw refused(400, `Job is running: ${id}`);
      if (this.#runs.isRunning(id)) throw refused(400, "Historical is running");
      checkImmutables(kept.detector, detector);
      await checkAgainstCluster(this.#core, detector);
      const other = this.#named(detector.name);
      if (other && other.id !== id) throw nameTaken(detector.name);
      const seqNo = call.query.get("if_seq_no");
      const condition = seqNo === null ? undefined : { seqNo, term: call.query.get("if_primary_term") ?? "1" };
      try {
        return ok(shown(await this.#keep(id, detector, condition)));
      } catch (error) {
        if (error instanceof Refusal && error.status === 409) {
          throw refused(400, `There was a problem updating the config:[${id}]`);
        }
        throw error;
      }
    });
  }

  /** Reads what was sent; the result index is made even for a detector that is refused afterwards. */
  async #read(call: Call): Promise<Detector> {
    const sent = jsonOf(call);
    this.dropped.push(...unknownMembers(sent));
    await checkParsing(this.#core, sent);
    const detector = readDetector(sent, call.text, this.#agenda.now());
    if (call.user) detector.user = call.user;
    checkName(detector.name);
    if (detector.result_index) {
      await checkResultMapping(this.#core, detector.result_index);
      await makeResultIndex(this.#core, detector.result_index, this.#agenda.now());
    }
    return detector;
  }

  async #keep(id: string, detector: Detector, condition?: { seqNo: string; term: string }): Promise<Kept> {
    const { _version: version, _seq_no: seqNo, _primary_term: term } = await this.#shelf.put(id, detector, condition);
    const kept = { id, detector, version, seqNo, term };
    this.#detectors.set(id, kept);
    return kept;
  }

  async #validate(call: Call, kind: string): Promise<Answer> {
    if (kind !== "detector" && kind !== "model") {
      throw new Refusal(500, "illegal_state_exception", "The given validation type doesn't exist");
    }
    try {
      const sent = jsonOf(call);
      await checkParsing(this.#core, sent);
      const detector = readDetector(sent, call.text, this.#agenda.now());
      checkName(detector.name);
      if (detector.result_index) await checkResultMapping(this.#core, detector.result_index);
      await checkAgainstCluster(this.#core, detector);
      if (this.#named(detector.name)) throw nameTaken(detector.name);
      return ok(kind === "model" ? await this.#modelAdvice(detector) : {});
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const parts = error.parts ? { sub_issues: error.parts } : {};
      return ok({ detector: { [error.member]: { message: error.message, ...parts } } });
    }
  }

  /** Of the advice on models only that on the window delay was recorded. */
  async #modelAdvice(detector: Detector): Promise<Json> {
    const newest = { max: { field: detector.time_field } };
    const body = { size: 0, query: detector.filter_query, aggs: { newest } };
    const { aggregations } = await this.#core.get("POST", `/${detector.indices.join(",")}/_search`, body);
    const minutes = Math.ceil((this.#agenda.now() - aggregations.newest.value) / 60_000);
    if (aggregations.newest.value === null || detector.window_delay.period.interval >= minutes) return {};
    const message = `Latest seen data point is at least ${minutes} minutes ago. Consider changing window delay to at least ${minutes} minutes.`;
    return {
      model: { window_delay: { message, suggested_value: { period: { interval: minutes, unit: "Minutes" } } } },
    };
  }

  async #get(id: string, { query }: Call): Promise<Answer> {
    const { detector, version, seqNo, term } = this.#find(id);
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

  async #search(call: Call): Promise<Answer> {
    if (this.#shelf.made) return this.#shelf.search(jsonOf(call));
    return { status: 404, body: recordedBody("detectors", "search-before-any") };
  }

  async #searchTasks(call: Call): Promise<Answer> {
    if (!this.#tasks.any) throw new NeverRecorded("a search of tasks before the first task");
    await this.#runs.look();
    return this.#tasks.search(jsonOf(call));
  }

  async #delete(id: string): Promise<Answer> {
    if (!this.#detectors.has(id)) {
      if (!this.#tasks.any) throw new NeverRecorded("deletion of a missing detector before the first task");
      throw refused(500, "Failed to delete all tasks");
    }
    if (this.jobs.isRunning(id)) throw refused(400, `Job is running: ${id}`);
    if (this.#runs.isRunning(id)) await this.#runs.look();
    if (this.#runs.isRunning(id)) throw refused(400, `Job is running: ${id}`);
    const deleted = await this.#shelf.delete(id);
    this.#detectors.delete(id);
    this.jobs.forget(id);
    return ok(deleted);
  }

  async #start(id: string, call: Call): Promise<Answer> {
    const { detector } = this.#find(id);
    const alias = detector.result_index ?? this.#defaultResults;
    if (detector.result_index && (await isWriteBlocked(this.#core, alias)))
      throw refused(500, "Fail to start detector");
    if (!detector.result_index) await makeDefaultResultIndex(this.#core, alias, this.#agenda.now());
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
    this.#find(id);
    if (query.get("historical") === "true") return ok({ _id: await this.#runs.stop(id) });
    await this.jobs.stop(id);
    return ok({ _id: id });
  }

  async #profile(id: string, types: string | undefined, call: Call): Promise<Answer> {
    const { detector } = this.#find(id);
    const all = call.query.get("_all") === "true";
    const asked = { core: this.#core, id, detector, jobs: this.jobs, types: types?.split(",") ?? [], all };
    if (call.text !== "") {
      const { entity } = jsonOf(call);
      const lastResult = () => this.#lastResult(id, detector, entity);
      return ok(await entityProfile({ ...asked, entity, lastResult }));
    }
    if (all || asked.types.includes("ad_task")) await this.#runs.look();
    return ok(await detectorProfile({ ...asked, tasks: this.#tasks, nodeId: this.#nodeId }));
  }

  async #lastResult(id: string, detector: Detector, entity: readonly Json[]): Promise<number | undefined> {
    const nested = entity.map(({ name, value }) => ({
      nested: {
        path: "entity",
        query: { bool: { filter: [{ term: { "entity.name": name } }, { term: { "entity.value": value } }] } },
      },
    }));
    const { aggregations } = await this.#core.get("POST", `/${detector.result_index ?? this.#defaultResults}/_search`, {
      size: 0,
      query: { bool: { filter: [{ term: { detector_id: id } }, ...nested] } },
      aggs: { last: { max: { field: "execution_end_time" } } },
    });
    return aggregations.last.value ?? undefined;
  }

  async #top(id: string, call: Call): Promise<Answer> {
    const { detector } = this.#find(id);
    const asked = jsonOf(call);
    onlyMembers(asked, ["size", "start_time_ms", "end_time_ms", "task_id", "category_field", "order"], "top anomalies");
    const historical = call.query.get("historical") === "true";
    const latest = historical ? (asked.task_id ?? this.#tasks.latest(id, "historical")?.id) : undefined;
    if (historical && !latest && detector.category_field)
      throw new NeverRecorded("top anomalies of a detector without a historical run");
    const index = `${detector.result_index ?? this.#defaultResults}*`;
    return ok(await topAnomalies(this.#core, { id, detector, index, taskId: latest, asked }));
  }

  async #searchResults(pattern: string | undefined, call: Call): Promise<Answer> {
    const custom = call.query.get("only_query_custom_result_index") === "true";
    const indices = [...(pattern ? [pattern] : []), ...(custom ? [] : [this.#defaultResults])];
    if (!custom) await makeDefaultResultIndex(this.#core, this.#defaultResults, this.#agenda.now());
    const path = `/${indices.join(",")}/_search?${WITH_VERSIONS}`;
    const { status, body } = await this.#core.ask("POST", path, jsonOf(call));
    if (status === 404) throw new NeverRecorded(`a search of results in ${pattern}, which is not there`);
    return { status, body: this.#renamed(body) };
  }

  async #deleteResults(call: Call): Promise<Answer> {
    await makeDefaultResultIndex(this.#core, this.#defaultResults, this.#agenda.now());
    const body = await this.#core.get("POST", `/${this.#defaultResults}/_delete_by_query?refresh=true`, jsonOf(call));
    return ok({ ...body, updated: 0, created: 0 });
  }

  get #defaultResults(): string {
    return `${DEFAULT_RESULTS}-${this.#standIn}`;
  }

  #renamed(body: Json): Json {
    return JSON.parse(JSON.stringify(body).replaceAll(this.#defaultResults, DEFAULT_RESULTS));
  }

  #find(id: string): Kept {
    const kept = this.#detectors.get(id);
    if (!kept) throw refused(404, `Can't find config with id: ${id}`);
    return kept;
  }

  #all(): Detector[] {
    return [...this.#detectors.values()].map(({ detector }) => detector);
  }

  #named(name: string): Kept | undefined {
    return [...this.#detectors.values()].find(({ detector }) => detector.name === name);
  }
}

const WORDS = ["_search", "count", "match", "_validate", "tasks", "results"];

const isWord = (part: string, place: number): boolean =>
  place === 0
    ? WORDS.includes(part)
    : ["_start", "_stop", "_profile", "results", "_topAnomalies", "_search"].includes(part);

const shown = ({ id, detector, version, seqNo, term }: Kept): Json => ({
  _id: id,
  _version: version,
  _seq_no: seqNo,
  anomaly_detector: detector,
  _primary_term: term,
});

/** The answer of creation or update; a problem is answered as it was recorded there, if it was. */
async function created(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw error.creation ?? new NeverRecorded(`creation with this problem: ${error.message}`);
  }
}

function checkImmutables(before: Detector, after: Detector): void {
  if (String(before.category_field) !== String(after.category_field)) throw refused(400, "Can't change category field");
  if (before.result_index !== after.result_index) {
    if (!after.result_index || !before.result_index)
      throw new NeverRecorded("an update that adds or drops a result index");
    throw refused(400, "Can't change custom result index");
  }
  if (before.flatten_custom_result_index !== after.flatten_custom_result_index) {
    throw new NeverRecorded("an update that changes flattening");
  }
  if (intervalMs(before) !== intervalMs(after)) throw new NeverRecorded("an update that changes the interval");
}
