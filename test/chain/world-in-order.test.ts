import { expect, test } from "@jest/globals";
import { essence } from "../unit/live/outcome.ts";
import { chainWorld, SIZE } from "./support/chain-world.ts";
import { inOrder } from "./support/deliveries.ts";

const world = chainWorld(inOrder(SIZE));

test("every event is stored once, and no payload was given up", async () => {
  const { chain, embedded } = world();
  expect((await chain.documents("usage-events-*")).size).toBe(embedded.events);
  expect(chain.givenUp).toBe(0);
});

test("the incidents are those of one analysis of it all", async () => {
  const { chain, embedded } = world();
  const kept = await chain.incidents();
  expect(kept.length).toBeGreaterThan(5);
  expect(essence(kept.map(({ draft }) => draft))).toEqual(essence(embedded.incidents));
});

test("a topic's subscriber gets every incident that pages, once a change, and no other", async () => {
  const { chain } = world();
  const kept = await chain.incidents();
  const told = new Set(chain.messages.map(({ id }) => id));
  const paged = kept.filter(({ draft }) => draft.paging.paged);
  expect(paged.length).toBeGreaterThan(3);
  for (const { draft, formerIds } of paged) expect([draft.id, ...formerIds].some((id) => told.has(id))).toBe(true);
  const said = chain.messages.map(({ id, occasion, severity }) => `${id} ${occasion} ${severity}`);
  expect(said).toHaveLength(new Set(said).size);
  const known = new Set(paged.flatMap(({ draft, formerIds }) => [draft.id, ...formerIds]));
  expect([...told].filter((id) => !known.has(id))).toEqual([]);
});

test("dashboards have what the table has", async () => {
  const { chain } = world();
  const kept = await chain.incidents();
  expect(await chain.documents("trailwatch-incidents")).toEqual(new Set(kept.map(({ draft }) => draft.id)));
});
