import { beforeAll } from "@jest/globals";
import { eventStoreContract } from "../contract/event-store.ts";
import { answersLikeMemory } from "../contract/event-store-property.ts";
import { emptyPlace, filledOpenSearch, type Place, refilled } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();
let place: Place;
beforeAll(async () => {
  place = await emptyPlace(node);
});

eventStoreContract("OpenSearch", filledOpenSearch(node));

answersLikeMemory("OpenSearch", async (entries, riskyAction) => ({
  store: await refilled(place, entries, riskyAction),
  close: async () => {},
}));
