import { GrowingEventStore } from "../fakes/growing-event-store.ts";
import { arrivalsContract } from "./arrivals.ts";
import { eventStoreContract, type OpenEventStore } from "./event-store.ts";
import { answersLikeMemory } from "./event-store-property.ts";

const open = async (...[entries, riskyAction]: Parameters<OpenEventStore>) => {
  const store = new GrowingEventStore(riskyAction);
  store.add(entries, 0);
  return { store, close: async () => {} };
};

arrivalsContract("growing in memory", async (riskyAction) => {
  const store = new GrowingEventStore(riskyAction);
  return { arrivals: store, add: async (entries, at) => store.add(entries, at) };
});
eventStoreContract("growing in memory", open);
answersLikeMemory("growing in memory", open);
