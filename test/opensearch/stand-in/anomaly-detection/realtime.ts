import type { EpochMs } from "#core/domain/time.ts";
import type { Agenda } from "../agenda.ts";
import type { CoreNode } from "../core-node.ts";
import { type Json, refused } from "../exchange.ts";
import type { Decide, Verdict } from "./decide.ts";
import type { Detector } from "./detector-form.ts";
import { flattenedName, writeResults } from "./result-index.ts";
import { errorDocument, featureNames, resultDocument, verdictsOn } from "./results.ts";
import { type Entity, fillOf, intervalMs, modelId, NoSource, readSeries, type Window } from "./series.ts";
import type { Task, Tasks } from "./tasks.ts";

/** From the start of a job to its first windows, as measured on the node. */
const FIRST_RUN_MS = 130;
/** The task of a job learns its state so long after the start, and not before. */
const TASK_UPDATE_MS = 60_000;
const LEAST_WINDOWS = 32;
/** A window that comes a second time after a restart of the node is so much later. */
const REPEATED_MS = 200;
const MODEL_BYTES = 400_768;

interface Model {
  readonly entity: Entity;
  readonly windows: Window[];
  lastActive: EpochMs;
  lastSample: EpochMs;
  /** Whether a run after the first found it: only then are its gaps filled. */
  seen: boolean;
}

interface Job {
  readonly detectorId: string;
  readonly detector: Detector;
  readonly alias: string;
  readonly task: Task;
  readonly shown: Json;
  readonly models: Map<string, Model>;
  /** False from a restart of the node to the next run. */
  inMemory: boolean;
  /** The node restarted before the task learned its state; the next run tells it. */
  taskForgotten: boolean;
  /** What is planned, and how it is taken off. */
  readonly planned: Map<"first run" | "task" | "next run", () => void>;
}

interface Reading {
  readonly core: CoreNode;
  readonly agenda: Agenda;
  readonly tasks: Tasks;
  readonly decide: Decide;
  readonly nodeId: string;
}

/**
 * Real-time jobs. Windows follow the start of the job to the millisecond: the first run judges the `history` windows
 * before it and the one that just closed, each later run one more. A detector whose data ends before its newest window
 * begins knows no entity and stays in INIT, run after run, without an error.
 */
export class RealTimeJobs {
  readonly #reading: Reading;
  readonly #jobs = new Map<string, Job>();
  readonly #shown = new Map<string, Json>();
  #silent = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  isRunning(detectorId: string): boolean {
    return this.#jobs.has(detectorId);
  }

  /** The job as a detector shows it, null when it never ran. */
  shown(detectorId: string): Json {
    return this.#shown.get(detectorId) ?? null;
  }

  async start(detectorId: string, detector: Detector, alias: string): Promise<void> {
    if (this.isRunning(detectorId)) throw refused(200, `Anomaly detector job is already running: ${detectorId}`);
    const { agenda, tasks } = this.#reading;
    const now = agenda.now();
    const { period } = detector.frequency ?? detector.detection_interval;
    const shown = {
      name: detectorId,
      schedule: { interval: { start_time: now, period: period.interval, unit: period.unit } },
      window_delay: detector.window_delay,
      enabled: true,
      enabled_time: now,
      last_update_time: now,
      lock_duration_seconds: period.interval * (period.unit === "Seconds" ? 1 : 60),
      type: "AD",
      ...(detector.result_index ? { result_index: detector.result_index } : {}),
      ...(this.shown(detectorId)?.disabled_time ? { disabled_time: this.shown(detectorId).disabled_time } : {}),
    };
    this.#shown.set(detectorId, shown);
    const task = await tasks.create(detectorId, detector, "realtime", { state: "CREATED" });
    const job: Job = {
      detectorId,
      detector,
      alias,
      task,
      shown,
      models: new Map(),
      inMemory: true,
      taskForgotten: false,
      planned: new Map(),
    };
    this.#jobs.set(detectorId, job);
    job.planned.set(
      "first run",
      agenda.plan(now + FIRST_RUN_MS, (at) => this.#run(job, at)),
    );
    job.planned.set(
      "task",
      agenda.plan(now + TASK_UPDATE_MS, (at) => this.#updateTask(job, at)),
    );
    // A detector whose frequency differs from its interval wrote its first run and nothing after it, as recorded.
    if (!detector.frequency) this.#planNext(job, now + intervalMs(detector));
  }

  /** A detector that never ran is stopped without complaint. */
  async stop(detectorId: string): Promise<void> {
    const job = this.#jobs.get(detectorId);
    if (!job) {
      if (this.shown(detectorId)) throw refused(200, `job is already stopped: ${detectorId}`);
      return;
    }
    const now = this.#reading.agenda.now();
    for (const cancel of job.planned.values()) cancel();
    this.#jobs.delete(detectorId);
    this.#shown.set(detectorId, { ...job.shown, enabled: false, last_update_time: now, disabled_time: now });
    await this.#reading.tasks.update(job.task, { state: "STOPPED" });
  }

  forget(detectorId: string): void {
    this.#shown.delete(detectorId);
  }

  /**
   * The node restarts: jobs go on with their next window; until then models are out of memory, and a task that had not
   * learned its state does not. With `repeating`, the newest window of each entity comes once more, 200 ms later.
   */
  async restartNode(repeating = false): Promise<void> {
    for (const job of this.#jobs.values()) {
      job.inMemory = false;
      job.planned.get("task")?.();
      job.taskForgotten = job.task.source.state === "CREATED";
      if (repeating) await this.#repeatNewest(job);
    }
  }

  /** From now on no job writes anything, and none says so. */
  fallSilent(): void {
    this.#silent = true;
  }

  state(detectorId: string): Json {
    const job = this.#jobs.get(detectorId);
    if (!job) return { state: "DISABLED", entities: [], progress: {} };
    const running = job.models.size > 0 && !this.#silent;
    return {
      state: running ? "RUNNING" : "INIT",
      models: this.#modelsOf(job),
      progress: this.#profileProgress(job, running),
    };
  }

  /** What is known of one entity's model; undefined when it has none in memory. */
  entity(detectorId: string, entity: Entity): Json {
    const job = this.#jobs.get(detectorId);
    const model = job?.inMemory ? job.models.get(JSON.stringify(entity)) : undefined;
    if (!job || !model) return undefined;
    return { lastActive: model.lastActive, lastSample: model.lastSample, model: this.#shownModel(job, model) };
  }

  #planNext(job: Job, tick: EpochMs): void {
    const cancel = this.#reading.agenda.plan(tick, async (at) => {
      this.#planNext(job, at + intervalMs(job.detector));
      await this.#run(job, at);
    });
    job.planned.set("next run", cancel);
  }

  async #updateTask(job: Job, at: EpochMs): Promise<void> {
    const state = job.models.size > 0 ? "RUNNING" : "INIT";
    const coordinating_node = this.#reading.nodeId;
    await this.#reading.tasks.update(job.task, { error: "", state, coordinating_node, ...this.#progress(job) }, at);
  }

  #progress(job: Job): Json {
    const ready = job.models.size > 0;
    const minutes = (intervalMs(job.detector) / 60_000) * LEAST_WINDOWS;
    return { init_progress: ready ? 1 : 0, estimated_minutes_left: ready ? 0 : minutes };
  }

  #profileProgress(job: Job, ready: boolean): Json {
    if (ready) return { percentage: "100%" };
    const minutes = (intervalMs(job.detector) / 60_000) * LEAST_WINDOWS;
    return { percentage: "0%", estimated_minutes_left: minutes, needed_shingles: LEAST_WINDOWS };
  }

  async #run(job: Job, at: EpochMs): Promise<void> {
    if (this.#silent) return;
    const end = at - job.detector.window_delay.period.interval * 60_000;
    const interval = intervalMs(job.detector);
    try {
      const results =
        job.models.size > 0 ? await this.#oneMore(job, end - interval, end, at) : await this.#warmUp(job, end, at);
      job.inMemory = true;
      if (job.taskForgotten) await this.#updateTask(job, at);
      job.taskForgotten = false;
      await this.#write(job, results);
    } catch (error) {
      if (!(error instanceof NoSource)) throw error;
      const execution = { detectorId: job.detectorId, detector: job.detector, start: at, end: at };
      await writeResults(this.#reading.core, job.alias, [errorDocument(execution, end - interval, end, error.message)]);
    }
  }

  /** Needs data that reaches into the newest window or past it, and enough windows of an entity. */
  async #warmUp(job: Job, end: EpochMs, executed: EpochMs): Promise<Json[]> {
    const { core } = this.#reading;
    const { detector } = job;
    const interval = intervalMs(detector);
    if (detector.category_field && (await newestData(core, detector)) < end - interval) return [];
    const past = await readSeries(core, detector, end - (detector.history + 1) * interval, end);
    const results: Json[] = [];
    for (const [key, { entity, windows: found }] of past) {
      if (found.length < LEAST_WINDOWS) continue;
      // What was filled in before the job began is not said to be.
      const windows = found.map((window) => ({ ...window, imputed: false }));
      job.models.set(key, { entity, windows: [...windows], lastActive: executed, lastSample: executed, seen: false });
      results.push(...this.#judge(job, entity, windows, executed));
    }
    return results;
  }

  async #oneMore(job: Job, start: EpochMs, end: EpochMs, executed: EpochMs): Promise<Json[]> {
    const found = await readSeries(this.#reading.core, job.detector, start, end);
    const fill = fillOf(job.detector);
    const results: Json[] = [];
    for (const [key, model] of job.models) {
      const own = found.get(key)?.windows[0];
      model.seen ||= own !== undefined;
      const window = own ?? (fill && model.seen ? { start, end, ...fill } : undefined);
      if (!window) continue;
      model.windows.push(window);
      model.lastActive = executed;
      model.lastSample = executed;
      results.push(...this.#judge(job, model.entity, model.windows, executed).slice(-1));
    }
    return results;
  }

  #judge(job: Job, entity: Entity, windows: readonly Window[], executed: EpochMs): Json[] {
    const { detectorId, detector } = job;
    const features = featureNames(detector);
    const series = { detector: detector.name, mode: "realtime", entity, features, windows } as const;
    const verdicts = verdictsOn(series, detector, this.#reading.decide);
    const execution = { detectorId, detector, entity, start: executed, end: executed };
    return windows.map((window, place) => resultDocument(execution, window, verdicts[place] as Verdict));
  }

  async #repeatNewest(job: Job): Promise<void> {
    const now = this.#reading.agenda.now();
    const results = [...job.models.values()].map(({ entity, windows }) => {
      const again = this.#judge(job, entity, windows, now).at(-1);
      const { data_start_time, data_end_time } = again;
      return { ...again, data_start_time: data_start_time + REPEATED_MS, data_end_time: data_end_time + REPEATED_MS };
    });
    await this.#write(job, results);
  }

  async #write(job: Job, results: readonly Json[]): Promise<void> {
    await writeResults(this.#reading.core, job.alias, results);
    if (job.detector.flatten_custom_result_index) {
      await writeResults(this.#reading.core, flattenedName(job.detector), results);
    }
  }

  #modelsOf(job: Job): Json[] {
    return job.inMemory ? [...job.models.values()].map((model) => this.#shownModel(job, model)) : [];
  }

  #shownModel(job: Job, { entity }: Model): Json {
    return {
      model_id: modelId(job.detectorId, entity),
      ...(entity.length > 0 ? { entity } : {}),
      model_size_in_bytes: MODEL_BYTES,
      node_id: this.#reading.nodeId,
    };
  }
}

/** Time of the newest document; minus infinity without any. Throws {@link NoSource}. */
async function newestData(core: CoreNode, detector: Detector): Promise<number> {
  const { status, body } = await core.ask("POST", `/${detector.indices.join(",")}/_search`, {
    size: 0,
    query: detector.filter_query,
    aggs: { newest: { max: { field: detector.time_field } } },
  });
  if (status >= 400) throw new NoSource(body.error.reason);
  return body.aggregations?.newest.value ?? Number.NEGATIVE_INFINITY;
}
