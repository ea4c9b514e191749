/** 64 bits of a span of bytes, as two halves. */
export interface Fingerprint {
  low: number;
  high: number;
}

/**
 * Tells whether two records with one id are the same bytes. Not proof against somebody who makes collisions: two
 * records that differ and share a fingerprint would count as one, which he who writes both can have more simply.
 */
export function fingerprint(words: DataView, start: number, end: number, into: Fingerprint): void {
  // Four lanes that do not wait for each other.
  let a = 0x9e3779b1 ^ (end - start);
  let b = 0x85ebca6b | 0;
  let c = 0xc2b2ae35 | 0;
  let d = 0x27d4eb2f | 0;
  let p = start;
  for (; p + 16 <= end; p += 16) {
    a = Math.imul(a ^ words.getInt32(p, true), 0xcc9e2d51);
    a ^= a >>> 15;
    b = Math.imul(b ^ words.getInt32(p + 4, true), 0x1b873593);
    b ^= b >>> 15;
    c = Math.imul(c ^ words.getInt32(p + 8, true), 0x85ebca6b);
    c ^= c >>> 15;
    d = Math.imul(d ^ words.getInt32(p + 12, true), 0xc2b2ae35);
    d ^= d >>> 15;
  }
  for (; p < end; p++) {
    a = Math.imul(a ^ words.getUint8(p), 0xcc9e2d51);
    c = Math.imul(c ^ a, 0x1b873593);
  }
  into.low = mixed(a ^ mixed(b ^ (c >>> 7)));
  into.high = mixed(c ^ mixed(d ^ (a >>> 7)));
}

/** The finishing step of MurmurHash3: every bit in bears on every bit out. */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
