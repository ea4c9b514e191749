/** A short text to be recognised in bytes, four at a time. */
export interface KnownText {
  readonly length: number;
  readonly words: Int32Array;
  /** The up to three bytes behind the last whole word. */
  readonly tail: Uint8Array;
}

export function knownText(bytes: Uint8Array): KnownText {
  const whole = bytes.length >> 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    length: bytes.length,
    words: Int32Array.from({ length: whole }, (_, i) => view.getInt32(4 * i, true)),
    tail: bytes.slice(4 * whole),
  };
}

/** Whether `known` stands at `at`, and ends not behind `end`. */
export function standsAt(known: KnownText, view: DataView, at: number, end: number): boolean {
  if (at + known.length > end) return false;
  const { words, tail } = known;
  let p = at;
  for (let i = 0; i < words.length; i++, p += 4) if (view.getInt32(p, true) !== words[i]) return false;
  for (let i = 0; i < tail.length; i++, p++) if (view.getUint8(p) !== tail[i]) return false;
  return true;
}
