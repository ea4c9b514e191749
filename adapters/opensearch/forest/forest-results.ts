import { BUCKET, type EpochMs, type TimeWindow } from "#core/domain/time.ts";
import type { AskedWindow, DetectorResult, DetectorState, SecondOpinions } from "#core/ports/second-opinion.ts";
import type { Dsl } from "#core/signals/query-dsl.ts";
import { type Asked, asking, type Hit, search, searchEach } from "../asking/search.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { type FoundDetector, findDetectors, isRefusal, ours } from "../provisioning/detector-api.ts";
import type { DetectorMark } from "../provisioning/detector-names.ts";
import type { DetectorSpec } from "../provisioning/detectors.ts";
import { readWritten, stateOf } from "./detector-states.ts";
import { HeldResults, type WrittenResult } from "./held-results.ts";
import { type ResultDocument, readResult } from "./result-document.ts";

const PAGE = 1000;
const QUESTIONS_AT_ONCE = 50;

export interface ForestOptions {
  /** What earlier runs read; without it all is read that the question is about. */
  readonly held?: HeldResults;
  /** Results asked for at once. */
  readonly pageSize?: number;
}

/**
 * What the cluster's anomaly detectors say of the roll-ups, read from their own result index: that takes no right of the
 * plugin's. Old parts of the index lose its alias when it rolls over, so that parts are asked for by pattern; the copies
 * with flattened entities have another name, and are not read a second time.
 */
export class OpenSearchForest implements SecondOpinions {
  readonly #connection: OpenSearchConnection;
  readonly #asked: Asked;
  readonly #specs: readonly DetectorSpec[];
  readonly #found: readonly (FoundDetector & { readonly mark: DetectorMark })[];
  readonly #held: HeldResults;
  readonly #pageSize: number;

  private constructor(
    connection: OpenSearchConnection,
    names: IndexNames,
    specs: readonly DetectorSpec[],
    found: readonly (FoundDetector & { readonly mark: DetectorMark })[],
    { held = new HeldResults(), pageSize = PAGE }: ForestOptions,
  ) {
    this.#connection = connection;
    this.#asked = asking(connection, `${names.forestResults}-history-*`);
    this.#specs = specs;
    this.#found = found;
    this.#held = held;
    this.#pageSize = pageSize;
  }

  /**
   * Finds the detectors that are there now: make it anew for each run.
   * @param specs those that are configured
   */
  static async open(
    connection: OpenSearchConnection,
    names: IndexNames,
    specs: readonly DetectorSpec[],
    options: ForestOptions = {},
  ): Promise<OpenSearchForest> {
    let found: readonly FoundDetector[] = [];
    try {
      found = await findDetectors(connection);
    } catch (error) {
      if (!isRefusal(error, /no handler found/)) throw error;
    }
    return new OpenSearchForest(connection, names, specs, ours(found, names.namespace), options);
  }

  async detectors(now: EpochMs): Promise<readonly DetectorState[]> {
    const written = await readWritten(
      this.#asked,
      this.#found.map(({ id }) => id),
    );
    const states: DetectorState[] = [];
    for (const spec of this.#specs) {
      const { signal, by } = spec.mark;
      states.push(await stateOf(this.#connection, spec, this.#of(signal, by), written, now));
    }
    return states;
  }

  results(window: TimeWindow): AsyncIterable<DetectorResult> {
    const ids = this.#found.map(({ id }) => id);
    return this.#held.in(window, ids, (time) => this.#writtenSince(time));
  }

  async judged(questions: readonly AskedWindow[]): Promise<readonly boolean[]> {
    const answers: boolean[] = [];
    for (let at = 0; at < questions.length; at += QUESTIONS_AT_ONCE) {
      const some = questions.slice(at, at + QUESTIONS_AT_ONCE);
      const found = await searchEach(
        this.#asked,
        some.map((question) => this.#howOften(question)),
      );
      for (const [place, { aggregations }] of found.entries()) {
        const { start, end } = (some[place] as AskedWindow).window;
        answers.push((aggregations?.["windows"]?.buckets.length ?? 0) * 2 * BUCKET >= end - start);
      }
    }
    return answers;
  }

  /** The windows in which an entity was judged, those that were judged twice counted once. */
  #howOften({ signal, account, region, window }: AskedWindow): Dsl {
    const ids = this.#of(signal, "entity").map(({ id }) => id);
    return {
      size: 0,
      track_total_hits: false,
      query: {
        bool: {
          filter: [
            { terms: { detector_id: ids } },
            // A window that begins so is one that holds a bucket of the asked ones.
            { range: { data_start_time: { gt: window.start - BUCKET, lt: window.end, format: "epoch_millis" } } },
            { range: { anomaly_grade: { gte: 0 } } },
            { range: { confidence: { gt: 0 } } },
            { nested: { path: "entity", query: { term: { "entity.value": `${account}|${region}` } } } },
          ],
        },
      },
      aggs: { windows: { date_histogram: { field: "data_start_time", fixed_interval: "5m", min_doc_count: 1 } } },
    };
  }

  #of(signal: string, by: DetectorMark["by"]) {
    return this.#found.filter(({ mark }) => mark.signal === signal && mark.by === by);
  }

  /** Every finding of every entity, a page after the other by what the last one ended with. */
  async *#writtenSince(time: EpochMs): AsyncGenerator<WrittenResult> {
    if (this.#found.length === 0) return;
    const marks = new Map(this.#found.map(({ id, mark }) => [id, mark]));
    const filter = [
      { terms: { detector_id: [...marks.keys()] } },
      { range: { anomaly_grade: { gt: 0 } } },
      { range: { confidence: { gt: 0 } } },
      { range: { execution_end_time: { gte: time, format: "epoch_millis" } } },
    ];
    // A detector judges an entity's window once in a run: these tell all results apart.
    const sort = ["execution_end_time", "data_end_time", "detector_id", "model_id"].map((field) => ({
      [field]: "asc",
    }));
    for (let after: Hit["sort"] | undefined; ; ) {
      const body = { size: this.#pageSize, track_total_hits: false, query: { bool: { filter } }, sort };
      const { hits } = await search(this.#asked, after ? { ...body, search_after: after } : body);
      for (const { _id, _source } of hits.hits) {
        const document = _source as ResultDocument;
        const mark = marks.get(document.detector_id ?? "");
        const result = mark ? readResult(document, mark) : null;
        if (result === null) continue;
        const { execution_end_time: writtenAt = 0, data_start_time: start = 0, data_end_time: end = 0 } = document;
        yield { id: _id, writtenAt, judged: { start, end }, result };
      }
      if (hits.hits.length < this.#pageSize) return;
      after = hits.hits.at(-1)?.sort;
    }
  }
}
