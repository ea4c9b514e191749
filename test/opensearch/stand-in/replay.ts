import { request } from "node:http";
import type { Json } from "./exchange.ts";
import type { Exchange } from "./recordings.ts";

/** What a replay changes in every request, so that nothing passes because it is the same text. */
export interface Changes {
  /** Names, longest first where one begins another. */
  readonly names: readonly (readonly [recorded: string, now: string])[];
  /** Added to every time; whole days. */
  readonly shiftMs: number;
}

const ID = /[\w-]{4}-qEB[\w-]{12}/g;
const TIME = /\b179[145]\d{9}\b/g;
const DAY = /2026\.11\.20/g;
/** Recorded as they were; what they are depends on the node, its load or a forest. */
const OF_THE_NODE = [
  ...[
    "took",
    "_seq_no",
    "_primary_term",
    "_shards",
    "terminated_early",
    "index_uuid",
    "creation_date",
    "uuid",
    "created",
  ],
  ...["node_id", "provided_name", "docs.count", "col", "max_score", "_score"],
];
const OF_THE_FOREST = ["data", "anomaly_score", "confidence", "threshold", "feature_data_root_sum"];

/**
 * Recorded exchanges sent again with other ids, names and times. Ids are learnt: where the recorded answer has one, the
 * answer now may have another, and from then on it stands for the recorded one.
 */
export class Replay {
  readonly #url: string;
  readonly #changes: Changes;
  readonly #ids = new Map<string, string>();
  /** Sequence numbers of now, by those that were recorded in answers. */
  readonly #sequences = new Map<string, string>();

  constructor(url: string, changes: Changes) {
    this.#url = url;
    this.#changes = changes;
  }

  /**
   * Every difference in meaning between the recorded answer and the one now, each with its path. With `shapeOnly` no
   * value counts, only which members there are and of what type.
   */
  async send(
    { request, response }: Exchange,
    { headers = {}, shapeOnly = false }: { headers?: Readonly<Record<string, string>>; shapeOnly?: boolean } = {},
  ): Promise<string[]> {
    const { status, body } = await this.ask(request.method, request.path, request.query, request.body, headers);
    if (status !== response.status) {
      return [`status ${status} instead of ${response.status}: ${JSON.stringify(body).slice(0, 1000)}`];
    }
    this.#sequences.set(`if_seq_no=${response.body?._seq_no}`, `if_seq_no=${body?._seq_no}`);
    const expected: Json = response.body === null ? null : JSON.parse(this.#changed(JSON.stringify(response.body)));
    return shapeOnly ? shapeDifferences(expected, body, "") : this.#differences(expected, body, "", "");
  }

  /** The answer now to a recorded request. */
  async ask(
    method: string,
    path: string,
    query: string,
    body: Json,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: Json }> {
    const text = body === null ? undefined : this.translated(typeof body === "string" ? body : JSON.stringify(body));
    const target = this.translated(path) + (query === "" ? "" : `?${this.#inSequence(this.translated(query))}`);
    return this.#fetch(method, target, text, headers);
  }

  /** A text of the recording with names, times and ids of now. */
  translated(text: string): string {
    return this.#changed(text).replace(ID, (id) => this.#ids.get(id) ?? id);
  }

  /** Lets `now` stand for a recorded id whose making was not recorded. */
  learn(recorded: string, now: string): void {
    this.#ids.set(recorded, now);
  }

  #inSequence(query: string): string {
    return query.replace(/if_seq_no=\d+/, (condition) => this.#sequences.get(condition) ?? condition);
  }

  /** Not `fetch`, which sends no body with GET. */
  #fetch(method: string, target: string, text: string | undefined, headers: Readonly<Record<string, string>>) {
    const length = text === undefined ? {} : { "content-length": Buffer.byteLength(text) };
    const all = { "content-type": "application/json", ...length, ...headers };
    return new Promise<{ status: number; body: Json }>((resolve, reject) => {
      const sent = request(new URL(target, this.#url), { method, headers: all });
      sent.on("error", reject);
      sent.on("response", (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString()) }),
        );
      });
      sent.end(text);
    });
  }

  #changed(text: string): string {
    const { names, shiftMs } = this.#changes;
    const day = new Date(Date.UTC(2026, 10, 20) + shiftMs).toISOString().slice(0, 10).replaceAll("-", ".");
    const renamed = names.reduce((now, [recorded, name]) => now.replaceAll(recorded, name), text);
    return renamed.replace(TIME, (time) => String(Number(time) + shiftMs)).replace(DAY, day);
  }

  #differences(expected: Json, actual: Json, path: string, member: string): string[] {
    if (typeof expected === "number" && typeof actual === "number") {
      const own =
        OF_THE_FOREST.includes(member) || isMoment(expected) || (member === "_version" && path.includes("hits"));
      return own || expected === actual ? [] : [`${path}: ${actual} instead of ${expected}`];
    }
    if (typeof expected === "string" && typeof actual === "string") return this.#textDifference(expected, actual, path);
    if (Array.isArray(expected) && Array.isArray(actual)) return this.#listDifferences(expected, actual, path);
    if (isObject(expected) && isObject(actual)) return this.#memberDifferences(expected, actual, path);
    return expected === actual ? [] : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  }

  /** A member may be named by an id; one that nothing is known of yet is the next that was not recorded. */
  #memberDifferences(expected: Json, actual: Json, path: string): string[] {
    const strange = Object.keys(actual).filter(
      (name) => !(name in expected) && ![...this.#ids.values()].includes(name),
    );
    for (const name of Object.keys(expected).filter((member) => isId(member) && !this.#ids.has(member))) {
      const now = strange.shift();
      if (now !== undefined) this.#ids.set(name, now);
    }
    const named: Json = Object.fromEntries(
      Object.entries(expected).map(([name, value]) => [name.replace(ID, (id) => this.#ids.get(id) ?? id), value]),
    );
    const members = [...new Set([...Object.keys(named), ...Object.keys(actual)])];
    return members
      .filter((name) => !OF_THE_NODE.includes(name))
      .flatMap((name) => {
        if (!(name in actual)) return [`${path}.${name} is missing`];
        if (!(name in named)) return [`${path}.${name} was not recorded: ${JSON.stringify(actual[name])}`];
        return this.#differences(named[name], actual[name], `${path}.${name}`, name);
      });
  }

  #listDifferences(expected: Json[], actual: Json[], path: string): string[] {
    if (expected.length !== actual.length) return [`${path}: ${actual.length} instead of ${expected.length} entries`];
    const now = inOrder(actual, (id) => id);
    const then = inOrder(expected, (id) => this.#ids.get(id) ?? id);
    return then.flatMap((entry, place) => this.#differences(entry, now[place], `${path}[${place}]`, ""));
  }

  /** A recorded id that nothing is known of yet becomes the one at its place. */
  #textDifference(expected: string, actual: string, path: string): string[] {
    const ids = expected.match(ID) ?? [];
    const pattern = expected.split(ID).map(escaped).join("([\\w-]{20})");
    const found = new RegExp(`^${pattern}$`).exec(actual);
    for (const [place, id] of ids.entries()) {
      const now = found?.[place + 1];
      if (now !== undefined && !this.#ids.has(id)) this.#ids.set(id, now);
    }
    const wanted = withoutMoments(expected.replace(ID, (id) => this.#ids.get(id) ?? id));
    return wanted === withoutMoments(actual) ? [] : [`${path}: "${actual}" instead of "${wanted}"`];
  }
}

/** A time that is no boundary of anything, but when something happened. */
const isMoment = (value: number): boolean => value > 1.7e12 && value < 1.9e12 && value % 60_000 !== 0;

/** Node ids, times and places in a text that are nobody's meaning. */
const withoutMoments = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, "<time>")
    .replace(/\b1:\d+/g, "<column>")
    .replace(/seqNo \[\d+\]/g, "<sequence>")
    .replace(/^(?=.*[A-Z])[\w-]{22}$/, "<node>")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>");

/** Entries that the node gives in no order of their own (hits of equal rank, entities, models) by what they are of. */
function inOrder(list: Json[], idOf: (id: string) => string): Json[] {
  const unordered = (entry: Json) =>
    isObject(entry) &&
    ("_source" in entry || "model_id" in entry || "max_anomaly_grade" in entry || "monitor_id" in entry);
  if (!list.every(unordered)) return list;
  const rank = (entry: Json): string =>
    JSON.stringify(entry.max_anomaly_grade ?? entry.sort ?? entry.monitor_name ?? null);
  const subject = ({ _source, entity, key, agg_alert_content, state }: Json): string => {
    const of = _source?.entity ?? entity ?? key ?? agg_alert_content?.bucket_keys;
    return JSON.stringify([of, _source?.task_type, idOf(_source?.detector_id ?? ""), _source?.name, state]);
  };
  const places = new Map<string, number>();
  for (const entry of list) if (!places.has(rank(entry))) places.set(rank(entry), places.size);
  const place = (entry: Json): number => places.get(rank(entry)) ?? 0;
  return [...list].sort((a, b) => place(a) - place(b) || (subject(a) < subject(b) ? -1 : 1));
}

function shapeDifferences(expected: Json, actual: Json, path: string): string[] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const first = expected[0];
    return first === undefined
      ? []
      : actual.flatMap((entry, place) => shapeDifferences(first, entry, `${path}[${place}]`));
  }
  if (!isObject(expected) || !isObject(actual)) {
    return typeof expected === typeof actual ? [] : [`${path}: ${typeof actual} instead of ${typeof expected}`];
  }
  const members = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return members
    .filter((name) => !OF_THE_NODE.includes(name))
    .flatMap((name) => {
      if (!(name in actual)) return [`${path}.${name} is missing`];
      if (!(name in expected)) return [`${path}.${name} was not recorded`];
      return shapeDifferences(expected[name], actual[name], `${path}.${name}`);
    });
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const isId = (text: string): boolean => text.length === 20 && text.match(ID) !== null;

const isObject = (value: Json): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text === "" ? null : text;
  }
}
