import type { EpochMs } from "#core/domain/time.ts";
import { bulkLines, type CoreNode } from "./core-node.ts";
import type { Json } from "./exchange.ts";
import { exchanges } from "./recordings.ts";

const BUCKET_MS = 300_000;
/** 2026-11-20, 18:40 UTC: the newest roll-up when the recording began. */
export const RECORDED_NOW = 1_795_200_000_000;
const DAYS_MS = 4 * 86_400_000;
const SIGNALS = { "ec2.instances.launched": 6, "lambda.invocations": 40, "calls.denied": 4 };
const ENTITIES = [
  ["111111111111", "us-east-1"],
  ["111111111111", "eu-west-1"],
  ["222222222222", "us-east-1"],
  ["222222222222", "ap-southeast-2"],
  ["333333333333", "us-west-2"],
  ["333333333333", "eu-west-1"],
] as const;
const DETECTED: Readonly<Record<string, keyof typeof SIGNALS>> = {
  "-K9I-qEBu0635j_ujDYj": "ec2.instances.launched",
  "_q9I-qEBu0635j_umDZw": "lambda.invocations",
};

/** Anomalous values as they were recorded, by signal, entity and start of the bucket; what was planted is among them. */
function recordedValues(): Map<string, number> {
  const found = new Map([["calls.denied 333333333333|us-west-2 1795164000000", 300]]);
  for (const { response } of [...exchanges("results"), ...exchanges("realtime")]) {
    for (const { _source } of response.body?.hits?.hits ?? []) {
      const { detector_id, entity, anomaly_grade, data_start_time, feature_data, feature_imputed } = _source;
      const signal = DETECTED[detector_id];
      if (!(anomaly_grade > 0) || !signal || feature_imputed) continue;
      const bucket = Math.ceil(data_start_time / BUCKET_MS) * BUCKET_MS;
      const key = entity.map(({ value }: Json) => value).join("|");
      found.set(`${signal} ${key} ${bucket}`, Math.round(feature_data[0].data ** 2));
    }
  }
  return found;
}

const MAPPINGS = {
  properties: {
    "@timestamp": { type: "date" },
    signal: { type: "keyword" },
    entity: { type: "keyword" },
    accountId: { type: "keyword" },
    region: { type: "keyword" },
    value: { type: "double" },
    root: { type: "double" },
  },
};

/** Roll-ups as the README of the recordings describes them, at other times and under other names. */
export class ReplayData {
  readonly #core: CoreNode;
  readonly #shiftMs: number;
  readonly #prefix: string;
  readonly #recorded = recordedValues();

  constructor(core: CoreNode, shiftMs: number, prefix: string) {
    this.#core = core;
    this.#shiftMs = shiftMs;
    this.#prefix = prefix;
  }

  async load(): Promise<void> {
    for (const index of ["2026.11", "empty"]) await this.#make(index);
    const buckets: EpochMs[] = [];
    for (let at = RECORDED_NOW - DAYS_MS + BUCKET_MS; at <= RECORDED_NOW; at += BUCKET_MS) buckets.push(at);
    await this.#write(
      "2026.11",
      buckets.flatMap((at) => this.#bucket(at)),
    );
  }

  /** The bucket that begins at the recorded time `at`. */
  async feed(at: EpochMs): Promise<void> {
    await this.#write("2026.11", this.#bucket(at));
  }

  /** The index that is to vanish under its detectors: a signal a minute, up to `until`. */
  async loadGone(until: EpochMs): Promise<void> {
    await this.#make("gone");
    const minutes = Array.from({ length: 90 }, (_, minute) => Math.floor(until / 60_000) * 60_000 - minute * 60_000);
    const documents = minutes.flatMap((at) =>
      ENTITIES.slice(0, 2).map((entity) => this.#document("gone", entity, at, 5)),
    );
    await this.#write("gone", documents);
  }

  async dropGone(): Promise<void> {
    await this.#core.get("DELETE", `/${this.#prefix}gone`);
  }

  async clear(): Promise<void> {
    await this.#core.ask("DELETE", `/${this.#prefix}*`);
  }

  async #make(name: string): Promise<void> {
    await this.#core.get("PUT", `/${this.#prefix}${name}`, {
      settings: { number_of_shards: 1, number_of_replicas: 0 },
      mappings: MAPPINGS,
    });
  }

  async #write(name: string, sources: readonly Json[]): Promise<void> {
    const documents = sources.map((source) => ({ source }));
    await this.#core.get("POST", "/_bulk?refresh=true", bulkLines(`${this.#prefix}${name}`, documents));
  }

  #bucket(at: EpochMs): Json[] {
    return Object.entries(SIGNALS).flatMap(([signal, mean], place) =>
      ENTITIES.map((entity, other) => {
        const key = entity.join("|");
        const wave = 1 + 0.5 * Math.sin((2 * Math.PI * (at % 86_400_000)) / 86_400_000);
        const value =
          this.#recorded.get(`${signal} ${key} ${at}`) ?? poisson(mean * wave, at / BUCKET_MS + 31 * place + 7 * other);
        return this.#document(signal, entity, at, value);
      }),
    );
  }

  #document(signal: string, [accountId, region]: readonly [string, string], at: EpochMs, value: number): Json {
    const root = Math.round(Math.sqrt(value) * 1e6) / 1e6;
    return {
      "@timestamp": at + this.#shiftMs,
      signal,
      entity: `${accountId}|${region}`,
      accountId,
      region,
      value,
      root,
    };
  }
}

/** The same number for the same seed. */
function poisson(mean: number, seed: number): number {
  const limit = Math.exp(-mean);
  let state = Math.imul(seed | 0, 2_654_435_761) >>> 0;
  let product = 1;
  for (let count = 0; ; count++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    product *= (state + 1) / 4_294_967_297;
    if (product < limit) return count;
  }
}
