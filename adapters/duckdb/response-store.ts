import type { DuckDBInstance } from "@duckdb/node-api";
import type { IncidentResponse } from "#core/incidents/config.ts";
import { sqlText } from "#core/signals/sql-literal.ts";
import { readAll } from "./read.ts";

const TABLE = `create table if not exists responses (
  incident varchar primary key,
  kind varchar not null,
  reason varchar not null,
  until varchar
)`;

/** What people said about incidents (acknowledged, snoozed), beside the incidents themselves; the last word counts. */
export class DuckDbResponseStore {
  readonly #instance: DuckDBInstance;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async record({ incident, kind, reason, until }: IncidentResponse): Promise<void> {
    const values = [incident, kind, reason].map(sqlText).join(", ");
    await this.#run(
      `${TABLE}; insert or replace into responses values (${values}, ${until === null ? "null" : sqlText(until)})`,
    );
  }

  /** By incident id. */
  async list(): Promise<readonly IncidentResponse[]> {
    const connection = await this.#instance.connect();
    try {
      const [exists] = await readAll<{ found: boolean }>(
        connection,
        "select count(*) > 0 as found from duckdb_tables() where table_name = 'responses'",
      );
      if (!exists?.found) return [];
      return await readAll<IncidentResponse>(
        connection,
        "select incident, kind, reason, until from responses order by incident",
      );
    } finally {
      connection.closeSync();
    }
  }

  async #run(sql: string): Promise<void> {
    const connection = await this.#instance.connect();
    try {
      await connection.run(sql);
    } finally {
      connection.closeSync();
    }
  }
}
