import { OpenSearchEventStore } from "#adapters/opensearch/asking/opensearch-event-store.ts";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import type { Incident } from "#core/domain/incident.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { EventSource } from "#core/ports/event-source.ts";
import type { RollUpSummary } from "#core/use-cases/roll-up.ts";
import { analyseStore } from "../../../cli/analysis.ts";
import {
  type FilledCluster,
  type IndexedFiles,
  indexFiles,
  rollUpCluster,
  settleCluster,
} from "../../../cli/opensearch/backfill.ts";
import type { TestNode } from "../support/live-node.ts";
import type { EmbeddedWorld } from "./embedded.ts";

/** A world in a cluster, in indices of its own, under a clock that the test sets. */
export class ClusteredWorld {
  readonly names: IndexNames;
  readonly store: OpenSearchEventStore;
  readonly #cluster: FilledCluster;
  readonly #world: EmbeddedWorld;
  #now: EpochMs;

  private constructor(node: TestNode, names: IndexNames, world: EmbeddedWorld) {
    this.names = names;
    this.#world = world;
    this.#now = Date.parse(world.truth.end);
    const { config, directory } = world;
    this.#cluster = { connection: node.connection, names, config, directory, now: () => this.#now };
    this.store = new OpenSearchEventStore(node.connection, names);
  }

  static async open(node: TestNode, name: string, world: EmbeddedWorld): Promise<ClusteredWorld> {
    const names = indexNames(`${node.namespace}${name}-`);
    for (const template of indexTemplates(names, { replicas: 0 })) {
      await node.connection.send("PUT", `/_index_template/${template.name}`, { body: template.body });
    }
    return new ClusteredWorld(node, names, world);
  }

  /** Indexes what a source holds, as of a time, and settles it. */
  async add(source: EventSource, now = this.#now): Promise<IndexedFiles> {
    this.#now = now;
    const indexed = await indexFiles(this.#cluster, [source], {});
    if (indexed.earliest !== null) await settleCluster(this.#cluster, indexed.earliest);
    return indexed;
  }

  rollUp(): Promise<RollUpSummary> {
    return rollUpCluster(this.#cluster);
  }

  async analyse(): Promise<readonly Incident[]> {
    const { config, directory, insights } = this.#world;
    const { incidents } = await analyseStore({ store: this.store, directory, config, insights });
    return incidents;
  }
}
