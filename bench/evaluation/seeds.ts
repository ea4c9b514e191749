/** `1-3,7` is 1, 2, 3, 7. Throws RangeError for anything else than positive integers and ranges of them. */
export function seedsOf(text: string): readonly number[] {
  return text.split(",").flatMap((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (!(first > 0 && last >= first)) throw new RangeError(`not a list of seeds: ${text} (write 1-20 or 1,5,9)`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
