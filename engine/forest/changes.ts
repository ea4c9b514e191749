/**
 * The words of a tree that its last step has written, so that a copy of the tree can follow without thinking. A word may
 * be in it several times.
 */
export const changes = { words: new Int32Array(1 << 12), count: 0 };

/** Makes sure that so many more can be added. */
export function roomForChanges(more: number): void {
  if (changes.count + more <= changes.words.length) return;
  const longer = new Int32Array(2 * (changes.count + more));
  longer.set(changes.words);
  changes.words = longer;
}

export function changed(word: number): void {
  roomForChanges(1);
  changes.words[changes.count++] = word;
}
