import { TrailwatchError } from "#core/domain/errors.ts";
import type { Incident } from "#core/domain/incident.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { IncidentMirror } from "#core/ports/live-incidents.ts";
import type { OpenSearchConnection } from "./connection.ts";
import type { BulkItem } from "./documents/bulk-request.ts";
import { incidentDocument } from "./documents/incident-document.ts";
import type { IndexNames } from "./index-names.ts";
import { writeAll } from "./write-all.ts";

/** Two functions that copy the same incident at the same moment are rare. */
const ATTEMPTS = 5;

/** Copies of a deployment's incidents, for people and dashboards: searched a moment after they were put. */
export class OpenSearchIncidentMirror implements IncidentMirror {
  readonly #connection: OpenSearchConnection;
  readonly #index: string;
  readonly #now: () => EpochMs;

  constructor(connection: OpenSearchConnection, names: IndexNames, now: () => EpochMs = Date.now) {
    this.#connection = connection;
    this.#index = names.incidents;
    this.#now = now;
  }

  /** Rejects with TrailwatchError `OPENSEARCH_BUSY` where others keep writing the same copy. */
  async put(incident: Incident): Promise<void> {
    const source = JSON.stringify(incidentDocument(incident, this.#now()));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const there = await this.#read(incident.id);
      if (there && there.revision > incident.revision) return;
      const conflicts = await this.#write([
        there
          ? { ...this.#item("index", incident.id, source), ifSeqNo: there.seqNo, ifPrimaryTerm: there.primaryTerm }
          : this.#item("create", incident.id, source),
      ]);
      if (conflicts === 0) return;
    }
    throw new TrailwatchError(
      "OPENSEARCH_BUSY",
      `incident ${incident.id} in ${this.#index} is being written by others`,
      "Put it again: what is there meanwhile is another revision of it.",
    );
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#write(ids.map((id) => this.#item("delete", id, "")));
  }

  /** As it is at this moment, whether it can be found yet or not. */
  async #read(id: string): Promise<Copy | null> {
    const { status, body } = await this.#connection.send("POST", `/${this.#index}/_mget`, {
      query: { _source_includes: "revision" },
      body: { ids: [id] },
      allow: [404],
    });
    const [found] = status === 404 ? [] : body.docs;
    if (!found?.found) return null;
    return { revision: found._source.revision, seqNo: found._seq_no, primaryTerm: found._primary_term };
  }

  #item(action: BulkItem["action"], id: string, source: string): BulkItem {
    return { action, index: this.#index, id, source };
  }

  #write(items: readonly BulkItem[]): Promise<number> {
    return writeAll(this.#connection, items, (item) => item);
  }
}

interface Copy {
  readonly revision: number;
  readonly seqNo: number;
  readonly primaryTerm: number;
}
