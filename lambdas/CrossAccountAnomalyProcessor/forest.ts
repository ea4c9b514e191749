import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { OpenSearchForest } from "#adapters/opensearch/forest/forest-results.ts";
import { HeldResults } from "#adapters/opensearch/forest/held-results.ts";
import type { IndexNames } from "#adapters/opensearch/index-names.ts";
import { type DetectorSpec, detectorSpecs } from "#adapters/opensearch/provisioning/detectors.ts";
import type { Config } from "#core/config/index.ts";
import { watchedSignals } from "#core/config/opensearch.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { AskedWindow, DetectorResult, DetectorState, SecondOpinions } from "#core/ports/second-opinion.ts";
import { resolveSignals } from "#core/signals/config.ts";

/** The cluster's forest, with the detectors that are there when a run begins; what runs before it read is held. */
export class Forest implements SecondOpinions {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;
  readonly #specs: readonly DetectorSpec[];
  readonly #held = new HeldResults();
  #opened: Promise<OpenSearchForest> | null = null;

  constructor(connection: OpenSearchConnection, names: IndexNames, config: Config) {
    this.#connection = connection;
    this.#names = names;
    this.#specs = detectorSpecs(watchedSignals(config.opensearch, resolveSignals(config.signals)), {
      config: config.opensearch,
      names,
      latenessMinutes: config.detection.latenessMinutes,
    });
  }

  /** The next question looks for detectors anew. */
  begin(): void {
    this.#opened = null;
  }

  async detectors(now: EpochMs): Promise<readonly DetectorState[]> {
    return (await this.#now()).detectors(now);
  }

  async *results(window: TimeWindow): AsyncGenerator<DetectorResult> {
    yield* (await this.#now()).results(window);
  }

  async judged(asked: readonly AskedWindow[]): Promise<readonly boolean[]> {
    return (await this.#now()).judged(asked);
  }

  #now(): Promise<OpenSearchForest> {
    this.#opened ??= OpenSearchForest.open(this.#connection, this.#names, this.#specs, { held: this.#held });
    return this.#opened;
  }
}
