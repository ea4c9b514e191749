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
  let a = 0x9e3779b1 ^ (end - start);
  let b = 0x85ebca6b;
  let p = start;
  for (; p + 8 <= end; p += 8) {
    a = Math.imul(a ^ words.getInt32(p, true), 0xcc9e2d51);
    a ^= a >>> 15;
    b = Math.imul(b ^ words.getInt32(p + 4, true) ^ a, 0x1b873593);
    b ^= b >>> 13;
  }
  for (; p < end; p++) {
    a = Math.imul(a ^ words.getUint8(p), 0xcc9e2d51);
    b = Math.imul(b ^ a, 0x1b873593);
  }
  a = Math.imul(a ^ (b >>> 16), 0x85ebca6b);
  b = Math.imul(b ^ (a >>> 13), 0xc2b2ae35);
  into.low = (a ^ (a >>> 16)) | 0;
  into.high = (b ^ (b >>> 16)) | 0;
}
