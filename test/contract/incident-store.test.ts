import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "@jest/globals";
import { DuckDbIncidentStore } from "#adapters/duckdb/incident-store.ts";
import { readAll } from "#adapters/duckdb/read.ts";
import { MemoryIncidentStore } from "../fakes/memory-incident-store.ts";
import { incidentStoreContract, sampleIncident } from "./incident-store.ts";

incidentStoreContract("in memory", async () => ({ store: new MemoryIncidentStore(), close: async () => {} }));

incidentStoreContract("DuckDB", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  return { store: new DuckDbIncidentStore(instance), close: async () => instance.closeSync() };
});

test("incidents can be asked for in SQL", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  await new DuckDbIncidentStore(instance).save([sampleIncident("inc-1")]);
  const connection = await instance.connect();
  const rows = await readAll(
    connection,
    "select id, revision, severity, accounts, summary, paged, document->>'$.accounts[0].alias' as alias, epoch_ms(opened_at)::double as opened from incidents",
  );
  expect(rows).toEqual([
    {
      id: "inc-1",
      revision: 1,
      severity: "medium",
      accounts: ["111111111111"],
      summary: "47 instances launched 🚨",
      paged: true,
      alias: "it's prod",
      opened: sampleIncident("inc-1").openedAt,
    },
  ]);
  connection.closeSync();
  instance.closeSync();
});
