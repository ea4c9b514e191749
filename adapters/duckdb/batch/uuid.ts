import { createHash } from "node:crypto";

const HEX = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++) HEX["0123456789abcdef".charCodeAt(digit)] = digit;
const DASHES = [8, 13, 18, 23];

/** Reads a UUID in its usual, lower-case form into four big-endian words; false for any other text. */
export function parseUuid(text: string, words: Int32Array): boolean {
  if (text.length !== 36) return false;
  let p = 0;
  for (let word = 0; word < 4; word++) {
    let value = 0;
    for (let i = 0; i < 8; i++) {
      if (p === 8 || p === 13 || p === 18 || p === 23) p++;
      const code = text.charCodeAt(p++);
      const digit = code < 128 ? (HEX[code] as number) : -1;
      if (digit < 0) return false;
      value = (value << 4) | digit;
    }
    words[word] = value;
  }
  for (const at of DASHES) if (text.charCodeAt(at) !== 0x2d) return false;
  return true;
}

/** A UUID's worth of SHA-256: what stands for an id that is no UUID. */
export function hashToUuid(text: string, words: Int32Array): void {
  const digest = createHash("sha256").update(text).digest();
  for (let word = 0; word < 4; word++) words[word] = digest.readInt32BE(4 * word);
}
