/**
 * Order of texts by Unicode code point, which is the byte order of UTF-8 and so the order that databases answer in;
 * JavaScript's own `<` compares UTF-16 units and places astral characters before U+E000.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return aboveSurrogates(left) - aboveSurrogates(right);
  }
  return a.length - b.length;
}

/** Moves U+E000..U+FFFF below the surrogates, which stand for code points above them. */
const aboveSurrogates = (unit: number): number =>
  unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;

/** `null` comes last, as in a database's ascending order. */
export const compareNullableText = (a: string | null, b: string | null): number =>
  a === null ? (b === null ? 0 : 1) : b === null ? -1 : compareText(a, b);
