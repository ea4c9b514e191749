import { afterAll, beforeAll } from "@jest/globals";
import { eventStoreContract } from "../contract/event-store.ts";
import { answersLikeMemory } from "../contract/event-store-property.ts";
import { type EmptyOpenSearch, emptyOpenSearch, fillEvents, filledOpenSearch } from "./filled-opensearch.ts";

let opensearch: EmptyOpenSearch;
beforeAll(async () => {
  opensearch = await emptyOpenSearch();
});
afterAll(() => opensearch.close());

eventStoreContract("OpenSearch", filledOpenSearch);

answersLikeMemory("OpenSearch", async (entries, riskyAction) => ({
  store: await fillEvents(opensearch, entries, riskyAction),
  close: async () => {},
}));
