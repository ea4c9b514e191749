import { expect, test } from "@jest/globals";
import { inOrder } from "#core/domain/in-order.ts";

const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

test("results come in the order of the items, however long each takes", async () => {
  const items = [9, 1, 5, 0, 7, 2, 3];
  expect(
    await all(
      inOrder(items, async (item) => {
        await later(item);
        return item * 10;
      }),
    ),
  ).toEqual([90, 10, 50, 0, 70, 20, 30]);
  expect(await all(inOrder([], async () => 1))).toEqual([]);
});

test("several items are under way at once, and no more than four", async () => {
  let running = 0;
  let most = 0;
  await all(
    inOrder(Array.from({ length: 20 }), async () => {
      running += 1;
      most = Math.max(most, running);
      await later(1);
      running -= 1;
    }),
  );
  expect(most).toBe(4);
});

test("an error comes out in its place; a later one is nobody's surprise", async () => {
  const seen: number[] = [];
  const failing = async (): Promise<void> => {
    for await (const item of inOrder([1, 2, 3, 4], async (number) => {
      if (number > 1) throw new Error(`no ${number}`);
      return number;
    }))
      seen.push(item);
  };
  await expect(failing()).rejects.toThrow("no 2");
  expect(seen).toEqual([1]);
});
