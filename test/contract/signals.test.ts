import { readAll } from "#adapters/duckdb/read.ts";
import { SIGNAL_TABLES } from "#adapters/duckdb/relations.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { filterSql, PUBLIC_VIEWS, rollupSql } from "#core/signals/sql.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { signalsContract } from "./signals.ts";

type Row = Omit<RollupRow, "entity"> & RollupRow["entity"];

signalsContract("SQL, over the store's tables and over its public views", async (entries) => {
  const instance = await filledDuckDb(entries);
  const connection = await instance.connect();
  return {
    rollups: (signals, bucket) =>
      Promise.all(
        [SIGNAL_TABLES, PUBLIC_VIEWS].map(async (tables) => {
          const rows = await readAll<Row>(
            connection,
            `select * replace (bucket::double as bucket) from (${rollupSql(signals, bucket, tables)})`,
          );
          return rows.map(({ signal, bucket: start, value, ...entity }) => ({ signal, entity, bucket: start, value }));
        }),
      ),
    async matching(filter) {
      const rows = await readAll<{ event_id: string }>(
        connection,
        `select event_id from usage_events where ${filterSql(filter)}`,
      );
      return rows.map(({ event_id }) => event_id);
    },
    async close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
});
