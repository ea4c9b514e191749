import type { TimeWindow } from "#core/domain/time.ts";
import type { AskedWindow, DetectorResult, DetectorState, SecondOpinions } from "#core/ports/second-opinion.ts";

/** A forest that says what it is told to: for tests of what is made of it. */
export class MemorySecondOpinions implements SecondOpinions {
  readonly #states: readonly DetectorState[];
  readonly #results: readonly DetectorResult[];

  /** @param results of any grade: those of grade 0 say that a window was judged */
  constructor(states: readonly DetectorState[], results: readonly DetectorResult[] = []) {
    this.#states = states;
    this.#results = results;
  }

  async detectors(): Promise<readonly DetectorState[]> {
    return this.#states;
  }

  async *results(window: TimeWindow): AsyncGenerator<DetectorResult> {
    for (const result of this.#results) if (result.grade > 0 && overlap(result.window, window)) yield result;
  }

  async judged(asked: readonly AskedWindow[]): Promise<readonly boolean[]> {
    return asked.map(({ signal, account, region, window }) =>
      this.#results.some(
        (result) =>
          result.signal === signal &&
          result.entity.of === "region" &&
          result.entity.account === account &&
          result.entity.region === region &&
          overlap(result.window, window),
      ),
    );
  }
}

const overlap = (a: TimeWindow, b: TimeWindow): boolean => a.start < b.end && b.start < a.end;
