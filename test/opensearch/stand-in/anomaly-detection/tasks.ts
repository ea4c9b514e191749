import type { EpochMs } from "#core/domain/time.ts";
import type { Agenda } from "../agenda.ts";
import type { Answer, Json } from "../exchange.ts";
import { newId } from "../ids.ts";
import { DATE, KEYWORD, type Shelf } from "../shelf.ts";
import type { Detector } from "./detector-form.ts";
import type { Entity } from "./series.ts";

export const TASK_FIELDS = {
  detector_id: KEYWORD,
  parent_task_id: KEYWORD,
  state: KEYWORD,
  task_type: KEYWORD,
  is_latest: { type: "boolean" },
  execution_start_time: DATE,
  execution_end_time: DATE,
  last_update_time: DATE,
  entity: { type: "nested", properties: { name: KEYWORD, value: KEYWORD } },
};

export type Mode = "realtime" | "historical";

export interface Task {
  readonly id: string;
  readonly mode: Mode;
  /** As `tasks/_search` gives it; a detector shows it with its id as `task_id`. */
  source: Json;
}

/** The tasks of all detectors: kept after their detector is gone, as the node keeps them. */
export class Tasks {
  readonly #shelf: Shelf;
  readonly #agenda: Agenda;
  readonly #latest = new Map<string, Task>();
  readonly #old = new Map<string, Task>();

  constructor(shelf: Shelf, agenda: Agenda) {
    this.#shelf = shelf;
    this.#agenda = agenda;
  }

  latest(detectorId: string, mode: Mode): Task | undefined {
    return this.#latest.get(`${mode} ${detectorId}`);
  }

  async create(detectorId: string, detector: Detector, mode: Mode, extra: Json): Promise<Task> {
    await this.#retire(detectorId, mode);
    const now = this.#agenda.now();
    const source = {
      detector_id: detectorId,
      last_update_time: now,
      execution_start_time: now,
      task_progress: 0,
      init_progress: 0,
      is_latest: true,
      task_type: `${mode.toUpperCase()}_${detector.category_field ? "HC_DETECTOR" : "SINGLE_ENTITY"}`,
      detector,
      ...(detector.user ? { started_by: detector.user.name, user: detector.user } : {}),
      ...extra,
    };
    const task = { id: newId(), mode, source };
    this.#latest.set(`${mode} ${detectorId}`, task);
    await this.#shelf.put(task.id, source);
    return task;
  }

  /** The task before the new one stays, those before it are deleted. */
  async #retire(detectorId: string, mode: Mode): Promise<void> {
    const key = `${mode} ${detectorId}`;
    const latest = this.#latest.get(key);
    if (!latest) return;
    const old = this.#old.get(key);
    if (old) await this.#shelf.delete(old.id);
    this.#old.set(key, latest);
    await this.update(latest, { is_latest: false }, latest.source.last_update_time);
  }

  async update(task: Task, change: Json, at: EpochMs = this.#agenda.now()): Promise<void> {
    task.source = { ...task.source, last_update_time: at, ...change };
    await this.#shelf.put(task.id, task.source);
  }

  /** The finished tasks of a historical run's entities, under its own. */
  async createEntityTasks(parent: Task, entities: readonly Entity[]): Promise<void> {
    const now = this.#agenda.now();
    const { error: _, ...source } = parent.source;
    await this.#shelf.putAll(
      entities.map((entity) => ({
        id: newId(),
        source: {
          ...source,
          ...finished(now, parent.source),
          parent_task_id: parent.id,
          task_type: "HISTORICAL_HC_ENTITY",
          last_update_time: now,
          entity,
        },
      })),
    );
  }

  search(body: Json): Promise<Answer> {
    return this.#shelf.search(body);
  }

  get any(): boolean {
    return this.#shelf.made;
  }
}

/** What a single series has when its run is over: how far it came, and where it ran. */
export const finished = (at: EpochMs, { detection_date_range, coordinating_node }: Json): Json => ({
  state: "FINISHED",
  task_progress: 1,
  init_progress: 1,
  current_piece: detection_date_range.end_time,
  worker_node: coordinating_node,
  execution_end_time: at,
});

/** How a detector shows its task. */
export const shownTask = (task: Task | undefined): Json => (task ? { task_id: task.id, ...task.source } : null);
