import type { Agenda } from "../agenda.ts";
import type { CoreNode } from "../core-node.ts";
import { type Answer, type Call, type Json, jsonOf, NeverRecorded, ok } from "../exchange.ts";
import { WITH_VERSIONS } from "../shelf.ts";
import type { Detector } from "./detector-form.ts";
import { makeDefaultResultIndex } from "./result-index.ts";

const SHOWN = ".opendistro-anomaly-results";

/** Results are read where they are: in the custom indices, and in the default one, which is the stand-in's own. */
export class ResultQueries {
  readonly #core: CoreNode;
  readonly #agenda: Agenda;
  readonly #own: string;

  constructor(core: CoreNode, agenda: Agenda, standIn: string) {
    this.#core = core;
    this.#agenda = agenda;
    this.#own = `${SHOWN}-${standIn}`;
  }

  /** Where the results of a detector are written and read. */
  aliasOf({ result_index }: Detector): string {
    return result_index ?? this.#own;
  }

  async makeDefault(): Promise<void> {
    await makeDefaultResultIndex(this.#core, this.#own, this.#agenda.now());
  }

  async search(pattern: string | undefined, call: Call): Promise<Answer> {
    const custom = call.query.get("only_query_custom_result_index") === "true";
    const indices = [...(pattern ? [pattern] : []), ...(custom ? [] : [this.#own])];
    if (!custom) await this.makeDefault();
    const path = `/${indices.join(",")}/_search?${WITH_VERSIONS}`;
    const { status, body } = await this.#core.ask("POST", path, jsonOf(call));
    if (status === 404) throw new NeverRecorded(`a search of results in ${pattern}, which is not there`);
    return { status, body: JSON.parse(JSON.stringify(body).replaceAll(this.#own, SHOWN)) };
  }

  /** In the default index only. */
  async delete(call: Call): Promise<Answer> {
    await this.makeDefault();
    const body = await this.#core.get("POST", `/${this.#own}/_delete_by_query?refresh=true`, jsonOf(call));
    return ok({ ...body, updated: 0, created: 0 });
  }

  /** When the newest result of an entity was written, in whatever run. */
  async newestOf(id: string, detector: Detector, entity: readonly Json[]): Promise<number | undefined> {
    const nested = entity.map(({ name, value }) => ({
      nested: {
        path: "entity",
        query: { bool: { filter: [{ term: { "entity.name": name } }, { term: { "entity.value": value } }] } },
      },
    }));
    const { aggregations } = await this.#core.get("POST", `/${this.aliasOf(detector)}/_search`, {
      size: 0,
      query: { bool: { filter: [{ term: { detector_id: id } }, ...nested] } },
      aggs: { last: { max: { field: "execution_end_time" } } },
    });
    return aggregations.last.value ?? undefined;
  }

  async clear(): Promise<void> {
    const path = `/_cat/indices/${this.#own}*?format=json&h=index&expand_wildcards=all`;
    const { body } = await this.#core.ask("GET", path);
    for (const { index } of Array.isArray(body) ? body : []) await this.#core.ask("DELETE", `/${index}`);
  }
}
