/** What `work` makes of each item, in the items' order, with at most `lanes` of them under way at a time. */
export async function inParallel<T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const made = new Array<R>(items.length);
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) made[index] = await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return made;
}
