import type { EpochMs } from "#core/domain/time.ts";
import type { Agenda } from "../agenda.ts";
import type { CoreNode } from "../core-node.ts";
import { type Json, Refusal, refused } from "../exchange.ts";
import type { Decide } from "./decide.ts";
import type { Detector } from "./detector-form.ts";
import { writeResults } from "./result-index.ts";
import { featureNames, resultDocument, verdictsOn } from "./results.ts";
import { type Entity, intervalMs, NoSource, readSeries, type Window } from "./series.ts";
import { finished, type Task, type Tasks } from "./tasks.ts";

/** What a forest wants to have seen before it says anything. */
const LEAST_WINDOWS = 32;
/** A run that nobody looked at is over after so long, as the recorded ones were. */
const LONGEST_RUN_MS = 10_000;

interface Run {
  readonly task: Task;
  /** How often the state was asked for. */
  looks: number;
  cancelled: boolean;
  /** Set when the work is done. */
  outcome?: { readonly error: string } | { readonly entities: readonly Entity[] };
  work?: Promise<void>;
  /** What went wrong with the stand-in itself: said at the next look. */
  broken?: unknown;
}

interface Reading {
  readonly core: CoreNode;
  readonly agenda: Agenda;
  readonly tasks: Tasks;
  readonly decide: Decide;
  readonly nodeId: string;
}

/**
 * Historical runs. The work begins at once and goes on while the state is asked for; the states come one a look, in the
 * recorded order: CREATED, RUNNING with progress 0 and a third, then FINISHED (INIT, then FINISHED for a single stream;
 * FAILED or STOPPED at the second look), and FINISHED never before the results are there.
 */
export class HistoricalRuns {
  readonly #reading: Reading;
  readonly #running = new Map<string, Run>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  isRunning(detectorId: string): boolean {
    return this.#running.has(detectorId);
  }

  get count(): number {
    return this.#running.size;
  }

  /** `alias` is where the results go. Resolves with the id of the task. */
  async start(detectorId: string, detector: Detector, range: Json, alias: string): Promise<string> {
    const { start_time, end_time } = range;
    if (end_time === undefined) throw badRange("must not be null");
    if (end_time <= start_time) throw badRange("must be after start time");
    const task = await this.#reading.tasks.create(detectorId, detector, "historical", {
      state: detector.category_field ? "CREATED" : "INIT",
      coordinating_node: this.#reading.nodeId,
      detection_date_range: { start_time, end_time },
    });
    const run: Run = { task, looks: 0, cancelled: false };
    this.#running.set(detectorId, run);
    run.work = this.#work(run, detectorId, detector, alias).catch((error: unknown) => {
      run.broken = error;
    });
    return task.id;
  }

  /** Resolves with the id of the task that was cancelled. */
  async stop(detectorId: string): Promise<string> {
    const run = this.#running.get(detectorId);
    if (!run || run.cancelled) throw refused(400, "No running task found");
    run.cancelled = true;
    return run.task.id;
  }

  /** Somebody asks how far the runs are. */
  async look(): Promise<void> {
    for (const [detectorId, run] of this.#running) {
      if (run.broken) throw run.broken;
      run.looks++;
      const change = this.#next(run);
      if (!change) continue;
      if ("entities" in change.more)
        await this.#reading.tasks.createEntityTasks(run.task, change.more.entities as Entity[]);
      await this.#reading.tasks.update(run.task, change.state);
      if (change.state.execution_end_time) this.#running.delete(detectorId);
    }
  }

  /** Resolves when no run works any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ work }) => work));
  }

  async close(): Promise<void> {
    for (const run of this.#running.values()) run.cancelled = true;
    await this.idle();
  }

  #next({ task, looks, cancelled, outcome }: Run): { state: Json; more: Json } | undefined {
    const now = this.#reading.agenda.now();
    const over = { execution_end_time: now };
    const overdue = now - task.source.execution_start_time > LONGEST_RUN_MS;
    if (looks === 1 && !overdue) return undefined;
    if (cancelled)
      return { state: { ...over, state: "STOPPED", error: "Historical analysis cancelled by user" }, more: {} };
    if (outcome && "error" in outcome) return { state: { ...over, state: "FAILED", error: outcome.error }, more: {} };
    const single = task.source.task_type === "HISTORICAL_SINGLE_ENTITY";
    if (single) return outcome ? { state: finished(now, task.source), more: {} } : undefined;
    if (outcome && (looks > 3 || overdue)) {
      return { state: { ...over, state: "FINISHED", task_progress: 1, error: "" }, more: outcome };
    }
    if (looks === 2) return { state: { state: "RUNNING" }, more: {} };
    return looks === 3 ? { state: { state: "RUNNING", task_progress: 0.3333333, error: "" }, more: {} } : undefined;
  }

  async #work(run: Run, detectorId: string, detector: Detector, alias: string): Promise<void> {
    const { core } = this.#reading;
    const { start_time, end_time } = run.task.source.detection_date_range;
    try {
      const series = await readSeries(core, detector, start_time, end_time);
      const all = [...series.values()];
      if (!(await hasDocuments(core, detector, start_time, end_time))) {
        run.outcome = { error: "There is no data in the detection date range" };
      } else if (end_time - start_time < LEAST_WINDOWS * intervalMs(detector)) {
        run.outcome = { error: "There is not enough data to train model" };
      } else {
        for (const { entity, windows } of all) {
          if (!run.cancelled) await writeResults(core, alias, this.#judge(run, detectorId, detector, entity, windows));
        }
        run.outcome = { entities: all.map(({ entity }) => entity) };
      }
    } catch (error) {
      if (!(error instanceof NoSource)) throw error;
      run.outcome = { error: "There is no data in the detection date range" };
    }
  }

  #judge(run: Run, detectorId: string, detector: Detector, entity: Entity, windows: readonly Window[]): Json[] {
    const { agenda, decide } = this.#reading;
    const start = agenda.now();
    const series = {
      detector: detector.name,
      mode: "historical",
      entity,
      features: featureNames(detector),
      windows,
    } as const;
    const verdicts = verdictsOn(series, detector, decide);
    const execution = { detectorId, detector, entity, start, end: agenda.now(), taskId: run.task.id };
    return windows.map((window, place) => resultDocument(execution, window, verdicts[place] as never));
  }
}

async function hasDocuments(core: CoreNode, detector: Detector, start: EpochMs, end: EpochMs): Promise<boolean> {
  const range = { range: { [detector.time_field]: { gte: start, lt: end, format: "epoch_millis" } } };
  const query = { bool: { filter: [detector.filter_query, range] } };
  const { count } = await core.get("POST", `/${detector.indices.join(",")}/_count`, { query });
  return count > 0;
}

const badRange = (what: string): Refusal =>
  new Refusal(400, "illegal_argument_exception", `Detection data range's end time ${what}`);
