import { openDictionaries } from "#adapters/duckdb/dictionary.ts";
import { DuckDbEventStore } from "#adapters/duckdb/duckdb-event-store.ts";
import { readFacets } from "#adapters/duckdb/event-facets.ts";
import { filledDuckDb } from "../fakes/filled-duckdb.ts";
import { MemoryEventStore } from "../fakes/memory-event-store.ts";
import { eventStoreContract, type OpenEventStore } from "./event-store.ts";
import { answersLikeMemory, type ComparedStore } from "./event-store-property.ts";

const openDuckDb = async (...[entries, riskyAction]: Parameters<OpenEventStore>): Promise<ComparedStore> => {
  const instance = await filledDuckDb(entries);
  const store = await DuckDbEventStore.open(instance, { riskyAction });
  const connection = await instance.connect();
  return {
    store,
    facetsOtherwise: [
      (query) => readFacets(connection, openDictionaries(connection, 0), query),
      (query) => readFacets(connection, openDictionaries(connection, 0), query, 0),
    ],
    close: async () => {
      connection.closeSync();
      await store.close();
      instance.closeSync();
    },
  };
};

eventStoreContract("in memory", async (entries, riskyAction) => ({
  store: new MemoryEventStore(entries, riskyAction),
  close: async () => {},
}));
eventStoreContract("DuckDB", openDuckDb);

answersLikeMemory("DuckDB", openDuckDb);
