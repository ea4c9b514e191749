import type { DuckDBInstance } from "@duckdb/node-api";
import type { IncidentLabel } from "#core/domain/incident.ts";
import { sqlText } from "#core/signals/sql-literal.ts";
import { readAll } from "./read.ts";

const TABLE = `create table if not exists labels (
  incident varchar primary key,
  verdict varchar not null,
  note varchar not null,
  said_at varchar not null,
  pattern varchar not null
)`;

interface LabelRow extends Pick<IncidentLabel, "incident" | "verdict" | "note"> {
  readonly said_at: string;
  readonly pattern: string;
}

/** What people said of incidents afterwards, beside the incidents themselves; the last word counts. */
export class DuckDbLabelStore {
  readonly #instance: DuckDBInstance;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async record({ incident, verdict, note, at, pattern }: IncidentLabel): Promise<void> {
    const values = [incident, verdict, note, at, JSON.stringify(pattern)].map(sqlText).join(", ");
    const connection = await this.#instance.connect();
    try {
      await connection.run(`${TABLE}; insert or replace into labels values (${values})`);
    } finally {
      connection.closeSync();
    }
  }

  /** By incident id. */
  async list(): Promise<readonly IncidentLabel[]> {
    const connection = await this.#instance.connect();
    try {
      const [exists] = await readAll<{ found: boolean }>(
        connection,
        "select count(*) > 0 as found from duckdb_tables() where table_name = 'labels'",
      );
      if (!exists?.found) return [];
      const rows = await readAll<LabelRow>(
        connection,
        "select incident, verdict, note, said_at, pattern from labels order by incident",
      );
      return rows.map(({ said_at: at, pattern, ...row }) => ({
        ...row,
        at,
        pattern: JSON.parse(pattern) as IncidentLabel["pattern"],
      }));
    } finally {
      connection.closeSync();
    }
  }
}
