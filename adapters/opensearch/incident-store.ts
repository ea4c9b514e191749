import { TrailwatchError } from "#core/domain/errors.ts";
import type { Incident } from "#core/domain/incident.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { IncidentStore } from "#core/ports/incident-store.ts";
import { compareIncidents, findIncident, revise } from "#core/use-cases/kept-incidents.ts";
import { asking, search } from "./asking/search.ts";
import type { OpenSearchConnection } from "./connection.ts";
import type { BulkItem } from "./documents/bulk-request.ts";
import { incidentDocument } from "./documents/incident-document.ts";
import type { IndexNames } from "./index-names.ts";
import { refresh, writeAll } from "./write-all.ts";

/** Documents a request: an incident with its findings and evidence has some hundred kilobytes. */
const PAGE_SIZE = 50;
/** Runs that save at the same time are rare, and each needs a moment. */
const ATTEMPTS = 5;

interface Kept {
  readonly incident: Incident;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** Incidents for people and dashboards. Only what changed is written. */
export class OpenSearchIncidentStore implements IncidentStore {
  readonly #connection: OpenSearchConnection;
  readonly #index: string;
  readonly #now: () => EpochMs;

  constructor(connection: OpenSearchConnection, names: IndexNames, now: () => EpochMs = Date.now) {
    this.#connection = connection;
    this.#index = names.incidents;
    this.#now = now;
  }

  /** Rejects with TrailwatchError `OPENSEARCH_BUSY` where other runs keep writing the same incidents. */
  async save(incidents: readonly Incident[]): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const changes = this.#changes(incidents, await this.#kept());
      if (changes.length === 0) return;
      const conflicts = await writeAll(this.#connection, changes, (item) => item);
      await refresh(this.#connection, this.#index);
      if (conflicts === 0) return;
    }
    throw new TrailwatchError(
      "OPENSEARCH_BUSY",
      `incidents in ${this.#index} are being written by another run`,
      "Wait until it has ended, then run again.",
    );
  }

  async list(): Promise<readonly Incident[]> {
    return (await this.#kept()).map(({ incident }) => incident).sort(compareIncidents);
  }

  async get(id: string): Promise<Incident> {
    return findIncident(id, await this.list());
  }

  #changes(found: readonly Incident[], kept: readonly Kept[]): readonly BulkItem[] {
    const before = new Map(kept.map((one) => [one.incident.id, one]));
    const revised = revise(
      found,
      kept.map(({ incident }) => incident),
    );
    const changed = revised.filter(({ id, revision }) => before.get(id)?.incident.revision !== revision);
    const ids = new Set(found.map(({ id }) => id));
    const gone = kept.filter(({ incident }) => !ids.has(incident.id));
    return [
      ...changed.map((incident) => this.#write(incident, before.get(incident.id))),
      ...gone.map(({ incident, ...version }) => this.#item("delete", incident.id, "", version)),
    ];
  }

  #write(incident: Incident, before: Kept | undefined): BulkItem {
    const source = JSON.stringify(incidentDocument(incident, this.#now()));
    return before ? this.#item("index", incident.id, source, before) : this.#item("create", incident.id, source);
  }

  #item(
    action: BulkItem["action"],
    id: string,
    source: string,
    version?: Pick<Kept, "seqNo" | "primaryTerm">,
  ): BulkItem {
    const read = version ? { ifSeqNo: version.seqNo, ifPrimaryTerm: version.primaryTerm } : {};
    return { action, index: this.#index, id, source, ...read };
  }

  async #kept(): Promise<readonly Kept[]> {
    const asked = asking(this.#connection, this.#index);
    const kept: Kept[] = [];
    let after: readonly unknown[] | undefined;
    do {
      const { hits } = await search(asked, {
        size: PAGE_SIZE,
        _source: ["document"],
        seq_no_primary_term: true,
        track_total_hits: false,
        sort: [{ incident_id: { order: "asc", unmapped_type: "keyword" } }],
        ...(after ? { search_after: after } : {}),
      });
      for (const { _source, _seq_no, _primary_term } of hits.hits) {
        const { document } = _source as { document: Incident };
        kept.push({ incident: document, seqNo: _seq_no as number, primaryTerm: _primary_term as number });
      }
      after = hits.hits.length < PAGE_SIZE ? undefined : hits.hits.at(-1)?.sort;
    } while (after);
    return kept;
  }
}
