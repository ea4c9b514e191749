import { bulkLines, type CoreNode } from "./core-node.ts";
import { type Answer, type Json, Refusal } from "./exchange.ts";

/**
 * The documents of one system index of a plugin, kept in an index of the stand-in's own on the core, so that every
 * search over them is a real one. Answers carry the name of the system index.
 */
export class Shelf {
  readonly #core: CoreNode;
  readonly #index: string;
  readonly #shown: string;
  readonly #properties: Json;
  #made = false;

  constructor(core: CoreNode, shown: string, standIn: string, properties: Json) {
    this.#core = core;
    this.#shown = shown;
    this.#index = `${shown}-${standIn}`;
    this.#properties = properties;
  }

  /** Whether a first document was ever put here. */
  get made(): boolean {
    return this.#made;
  }

  /** The answer of the core with its version and sequence number. Throws {@link Refusal} on a stale `ifSeqNo`. */
  async put(id: string, source: Json, ifSeqNo?: { readonly seqNo: string; readonly term: string }): Promise<Json> {
    await this.#make();
    const condition = ifSeqNo ? `&if_seq_no=${ifSeqNo.seqNo}&if_primary_term=${ifSeqNo.term}` : "";
    const answer = await this.#core.ask("PUT", `/${this.#index}/_doc/${id}?refresh=true${condition}`, source);
    if (answer.status === 409) {
      throw new Refusal(409, "version_conflict_engine_exception", answer.body.error.reason);
    }
    if (answer.status >= 400) throw new Error(`core refused a document of ${this.#shown}: ${JSON.stringify(answer)}`);
    return this.#renamed(answer.body);
  }

  async putAll(documents: readonly { readonly id: string; readonly source: Json }[]): Promise<void> {
    if (documents.length === 0) return;
    await this.#make();
    await this.#core.get("POST", "/_bulk?refresh=true", bulkLines(this.#index, documents));
  }

  async delete(id: string): Promise<Json> {
    const body = await this.#core.get("DELETE", `/${this.#index}/_doc/${id}?refresh=true`);
    return this.#renamed(body);
  }

  /** Hits come with version and sequence number, as the plugins' do. */
  async search(body: Json): Promise<Answer> {
    await this.#make();
    const answer = await this.#core.ask("POST", `/${this.#index}/_search?${WITH_VERSIONS}`, body);
    return { status: answer.status, body: this.#renamed(answer.body) };
  }

  async clear(): Promise<void> {
    if (this.#made) await this.#core.ask("DELETE", `/${this.#index}`);
  }

  async #make(): Promise<void> {
    if (this.#made) return;
    await this.#core.get("PUT", `/${this.#index}`, {
      settings: { hidden: true, number_of_shards: 1, number_of_replicas: 1 },
      mappings: { dynamic: false, properties: this.#properties },
    });
    this.#made = true;
  }

  #renamed(body: Json): Json {
    return JSON.parse(JSON.stringify(body).replaceAll(this.#index, this.#shown));
  }
}

/** Hits of the plugins carry them. */
export const WITH_VERSIONS = "version=true&seq_no_primary_term=true";

export const KEYWORD = { type: "keyword" };
export const TEXT = { type: "text", fields: { keyword: { type: "keyword", ignore_above: 256 } } };
export const DATE = { type: "date", format: "strict_date_time||epoch_millis" };
