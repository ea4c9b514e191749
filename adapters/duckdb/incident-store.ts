import type { DuckDBInstance } from "@duckdb/node-api";
import type { Incident } from "#core/domain/incident.ts";
import type { IncidentStore } from "#core/ports/incident-store.ts";
import { compareIncidents, findIncident, revise } from "#core/use-cases/kept-incidents.ts";
import { readAll } from "./read.ts";

/** Public like the views. `document` is the whole incident. */
const TABLE = `create table if not exists incidents (
  id varchar not null,
  revision integer not null,
  state varchar not null,
  severity varchar not null,
  opened_at timestamp not null,
  updated_at timestamp not null,
  accounts varchar[] not null,
  summary varchar not null,
  paged boolean not null,
  document json not null
)`;

/** Incidents in the same file as the events that they came from. */
export class DuckDbIncidentStore implements IncidentStore {
  readonly #instance: DuckDBInstance;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async save(incidents: readonly Incident[]): Promise<void> {
    const revised = revise(incidents, await this.list());
    const connection = await this.#instance.connect();
    try {
      await connection.run("begin");
      await connection.run(TABLE);
      await connection.run("delete from incidents");
      const statement = await connection.prepare(`insert into incidents
        values ($1, $2, $3, $4, epoch_ms($5::bigint), epoch_ms($6::bigint), $7::json::varchar[], $8, $9, $10)`);
      try {
        for (const document of revised) {
          statement.bind([
            document.id,
            document.revision,
            document.state,
            document.severity,
            BigInt(Math.trunc(document.openedAt)),
            BigInt(Math.trunc(document.updatedAt)),
            JSON.stringify(document.accounts.map(({ id }) => id)),
            document.explanation.summary,
            document.paging.paged,
            JSON.stringify(document),
          ]);
          await statement.run();
        }
      } finally {
        statement.destroySync();
      }
      await connection.run("commit");
    } finally {
      connection.closeSync();
    }
  }

  async list(): Promise<readonly Incident[]> {
    const connection = await this.#instance.connect();
    try {
      const [table] = await readAll(connection, "select 1 from duckdb_tables() where table_name = 'incidents'");
      if (!table) return [];
      const rows = await readAll<{ document: string }>(
        connection,
        "select document::varchar as document from incidents",
      );
      return rows.map(({ document }) => JSON.parse(document) as Incident).sort(compareIncidents);
    } finally {
      connection.closeSync();
    }
  }

  async get(id: string): Promise<Incident> {
    return findIncident(id, await this.list());
  }
}
