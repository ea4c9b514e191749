import type { Agenda } from "../agenda.ts";
import type { CoreNode } from "../core-node.ts";
import { type Answer, type Call, type Json, jsonOf, NeverRecorded, ok, Refusal, refused } from "../exchange.ts";
import { newId } from "../ids.ts";
import { recordedBody } from "../recordings.ts";
import { DATE, KEYWORD, Shelf, TEXT } from "../shelf.ts";
import {
  checkAgainstCluster,
  checkLimits,
  checkName,
  checkParsing,
  type Limits,
  nameTaken,
} from "./detector-checks.ts";
import { type Detector, Problem, readDetector, unknownMembers } from "./detector-form.ts";
import { checkResultMapping, makeFlattenedIndex, makeResultIndex } from "./result-index.ts";
import { intervalMs } from "./series.ts";

const FIELDS = {
  name: TEXT,
  description: TEXT,
  time_field: KEYWORD,
  indices: TEXT,
  detector_type: KEYWORD,
  category_field: KEYWORD,
  result_index: KEYWORD,
  last_update_time: DATE,
};

export interface Kept {
  readonly id: string;
  readonly detector: Detector;
  readonly version: number;
  readonly seqNo: number;
  readonly term: number;
}

/** The detectors that there are, and who may become one. */
export class Detectors {
  /** Members that were sent and that the node drops without a word. */
  readonly dropped: string[] = [];
  readonly #core: CoreNode;
  readonly #agenda: Agenda;
  readonly #shelf: Shelf;
  readonly #kept = new Map<string, Kept>();

  constructor(core: CoreNode, agenda: Agenda, standIn: string) {
    this.#core = core;
    this.#agenda = agenda;
    this.#shelf = new Shelf(core, ".opendistro-anomaly-detectors", standIn, FIELDS);
  }

  get count(): number {
    return this.#kept.size;
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** Throws {@link Refusal}. */
  find(id: string): Kept {
    const kept = this.#kept.get(id);
    if (!kept) throw refused(404, `Can't find config with id: ${id}`);
    return kept;
  }

  named(name: string): Kept | undefined {
    return [...this.#kept.values()].find(({ detector }) => detector.name === name);
  }

  create(call: Call, limits: Limits): Promise<Answer> {
    return asCreation(async () => {
      const detector = await this.#read(call);
      const all = [...this.#kept.values()].map((kept) => kept.detector);
      checkLimits(detector, all, limits);
      await checkAgainstCluster(this.#core, detector);
      if (this.named(detector.name)) throw nameTaken(detector.name);
      const kept = await this.#keep(newId(), detector);
      if (detector.flatten_custom_result_index) await makeFlattenedIndex(this.#core, detector, this.#agenda.now());
      return ok(shown(kept), 201);
    });
  }

  /** `mayChange` refuses what runs. */
  update(id: string, call: Call, mayChange: () => void): Promise<Answer> {
    return asCreation(async () => {
      const detector = await this.#read(call);
      const kept = this.find(id);
      mayChange();
      checkImmutables(kept.detector, detector);
      await checkAgainstCluster(this.#core, detector);
      const other = this.named(detector.name);
      if (other && other.id !== id) throw nameTaken(detector.name);
      const seqNo = call.query.get("if_seq_no");
      const condition = seqNo === null ? undefined : { seqNo, term: call.query.get("if_primary_term") ?? "1" };
      try {
        return ok(shown(await this.#keep(id, detector, condition)));
      } catch (error) {
        if (!(error instanceof Refusal && error.status === 409)) throw error;
        throw refused(400, `There was a problem updating the config:[${id}]`);
      }
    });
  }

  async delete(id: string): Promise<Answer> {
    const deleted = await this.#shelf.delete(id);
    this.#kept.delete(id);
    return ok(deleted);
  }

  async search(call: Call): Promise<Answer> {
    if (this.#shelf.made) return this.#shelf.search(jsonOf(call));
    return { status: 404, body: recordedBody("detectors", "search-before-any") };
  }

  async validate(call: Call, kind: string): Promise<Answer> {
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
      if (this.named(detector.name)) throw nameTaken(detector.name);
      return ok(kind === "model" ? await this.#modelAdvice(detector) : {});
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const parts = error.parts ? { sub_issues: error.parts } : {};
      return ok({ detector: { [error.member]: { message: error.message, ...parts } } });
    }
  }

  clear(): Promise<void> {
    return this.#shelf.clear();
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
    this.#kept.set(id, kept);
    return kept;
  }

  /** Of the advice on models only that on the window delay was recorded. */
  async #modelAdvice(detector: Detector): Promise<Json> {
    const newest = { max: { field: detector.time_field } };
    const body = { size: 0, query: detector.filter_query, aggs: { newest } };
    const { aggregations } = await this.#core.get("POST", `/${detector.indices.join(",")}/_search`, body);
    const minutes = Math.ceil((this.#agenda.now() - aggregations.newest.value) / 60_000);
    if (aggregations.newest.value === null || detector.window_delay.period.interval >= minutes) return {};
    const message = `Latest seen data point is at least ${minutes} minutes ago. Consider changing window delay to at least ${minutes} minutes.`;
    const suggested_value = { period: { interval: minutes, unit: "Minutes" } };
    return { model: { window_delay: { message, suggested_value } } };
  }
}

const shown = ({ id, version, seqNo, term, detector }: Kept): Json => ({
  _id: id,
  _version: version,
  _seq_no: seqNo,
  anomaly_detector: detector,
  _primary_term: term,
});

/** The answer of creation or update; a problem is answered as it was recorded there, if it was. */
async function asCreation(work: () => Promise<Answer>): Promise<Answer> {
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
    if (!after.result_index || !before.result_index) {
      throw new NeverRecorded("an update that adds or drops a result index");
    }
    throw refused(400, "Can't change custom result index");
  }
  if (before.flatten_custom_result_index !== after.flatten_custom_result_index) {
    throw new NeverRecorded("an update that changes flattening");
  }
  if (intervalMs(before) !== intervalMs(after)) throw new NeverRecorded("an update that changes the interval");
}
