import { randomBytes } from "node:crypto";

/** An id as the node makes them: 20 characters. */
export const newId = (): string => randomBytes(15).toString("base64url");

const MASK = (1n << 64n) - 1n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

const rotated = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK;

const mixed1 = (value: bigint): bigint => (rotated((value * C1) & MASK, 31n) * C2) & MASK;
const mixed2 = (value: bigint): bigint => (rotated((value * C2) & MASK, 33n) * C1) & MASK;

function finished(value: bigint): bigint {
  let hash = value ^ (value >> 33n);
  hash = (hash * 0xff51afd7ed558ccdn) & MASK;
  hash ^= hash >> 33n;
  hash = (hash * 0xc4ceb9fe1a85ec53n) & MASK;
  return hash ^ (hash >> 33n);
}

/**
 * The 22 characters by which the node names a model after its entity (`name=value`, joined by commas): MurmurHash3, 128
 * bits, seed 42. Found out from the recorded names, all of which it gives.
 */
export function entityHash(text: string): string {
  const bytes = Buffer.from(text);
  const whole = bytes.length - (bytes.length % 16);
  let h1 = 42n;
  let h2 = 42n;
  for (let at = 0; at < whole; at += 16) {
    h1 = (rotated(h1 ^ mixed1(bytes.readBigUInt64LE(at)), 27n) + h2) & MASK;
    h1 = (h1 * 5n + 0x52dce729n) & MASK;
    h2 = (rotated(h2 ^ mixed2(bytes.readBigUInt64LE(at + 8)), 31n) + h1) & MASK;
    h2 = (h2 * 5n + 0x38495ab5n) & MASK;
  }
  const rest = Buffer.alloc(16);
  bytes.copy(rest, 0, whole);
  const length = BigInt(bytes.length);
  h1 ^= mixed1(rest.readBigUInt64LE(0)) ^ length;
  h2 ^= mixed2(rest.readBigUInt64LE(8)) ^ length;
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  h1 = finished(h1);
  h2 = finished(h2);
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  const named = Buffer.alloc(16);
  named.writeBigUInt64BE(h1, 0);
  named.writeBigUInt64BE(h2, 8);
  return named.toString("base64url");
}
