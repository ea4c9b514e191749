/** Questions under way at once: a store that answers several keeps every core busy, and so little is held in memory. */
const AT_ONCE = 4;

/**
 * Maps in order, some items ahead, for work that mostly waits for a store. What comes out is the same as one after the
 * other; an error comes out in its place, and what was begun after it is let go.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  for (const item of items) {
    const result = map(item);
    // Awaited below, or never once an earlier one has failed.
    result.catch(() => {});
    begun.push(result);
    if (begun.length >= AT_ONCE) yield begun.shift() as Promise<Result>;
  }
  for (const result of begun) yield result;
}
