import type { EpochMs } from "#core/domain/time.ts";
import { bulkLines, type CoreNode } from "./core-node.ts";
import type { Json } from "./exchange.ts";
import { exchanges } from "./recordings.ts";

const BUCKET_MS = 300_000;
/** 2026-11-20, 18:40 UTC: the newest roll-up when the recording began. */
export const RECORDED_NOW = 1_795_200_000_000;
const DAYS_MS = 4 * 86_400_000;
const MEANS = { "ec2.instances.launched": 6, "lambda.invocations": 40, "calls.denied": 4 } as const;
export type ReplaySignal = keyof typeof MEANS;
const SIGNALS = Object.keys(MEANS) as ReplaySignal[];
const ENTITIES = [
  ["111111111111", "us-east-1"],
  ["111111111111", "eu-west-1"],
  ["222222222222", "us-east-1"],
  ["222222222222", "ap-southeast-2"],
  ["333333333333", "us-west-2"],
  ["333333333333", "eu-west-1"],
] as const;
const DETECTED: Readonly<Record<string, ReplaySignal>> = {
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
  readonly #own: string;
  readonly #prefix: string;
  readonly #valueOf: ValueOf;

  /** Indices and signals are named with `own` before them. `values` by default are Poisson counts with a daily wave, and the recorded anomalies. */
  constructor(core: CoreNode, shiftMs: number, own: string, values: ValueOf = poissonOrRecorded()) {
    this.#valueOf = values;
    this.#core = core;
    this.#shiftMs = shiftMs;
    this.#own = own;
    this.#prefix = `${own}usage-rollups-`;
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
    return SIGNALS.flatMap((signal) =>
      ENTITIES.map((entity) => this.#document(signal, entity, at, this.#valueOf(signal, entity.join("|"), at))),
    );
  }

  #document(signal: string, [accountId, region]: readonly [string, string], at: EpochMs, value: number): Json {
    const root = Math.round(Math.sqrt(value) * 1e6) / 1e6;
    return {
      "@timestamp": at + this.#shiftMs,
      signal: `${this.#own}${signal}`,
      entity: `${accountId}|${region}`,
      accountId,
      region,
      value,
      root,
    };
  }
}

/** The value of a bucket; the entity as `<account>|<region>`, the time as recorded. */
export type ValueOf = (signal: ReplaySignal, entity: string, at: EpochMs) => number;

function poissonOrRecorded(): ValueOf {
  const recorded = recordedValues();
  return (signal, entity, at) => {
    const wave = 1 + 0.5 * Math.sin((2 * Math.PI * (at % 86_400_000)) / 86_400_000);
    const seed =
      at / BUCKET_MS + 31 * SIGNALS.indexOf(signal) + 7 * ENTITIES.findIndex((one) => one.join("|") === entity);
    return recorded.get(`${signal} ${entity} ${at}`) ?? poisson(MEANS[signal] * wave, seed);
  };
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

/** Recorded names, and how they are changed for `own`. */
export const changedNames = (own: string): readonly (readonly [string, string])[] => [
  ...["usage-rollups-", "nope-", "ec2.", "lambda.", "calls."].map((name) => [name, own + name] as const),
  ...["trailwatch", "other", "lifecycle", "wrong", "*"].map(
    (name) => [`opensearch-ad-plugin-result-${name}`, `opensearch-ad-plugin-result-${own}${name}`] as const,
  ),
  ['"gone"', `"${own}gone"`],
];
