/** Bytes of a text in UTF-8; half of a surrogate pair counts as what it is encoded as, U+FFFD. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A text of at most `bytes` bytes of UTF-8: whole lines from its beginning, then `note` where any was cut off. */
export function cutLines(text: string, bytes: number, note: string): string {
  if (utf8Length(text) <= bytes) return text;
  let room = bytes - utf8Length(note) - 1;
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    room -= utf8Length(line) + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return `${[...kept, note].join("\n")}\n`;
}
