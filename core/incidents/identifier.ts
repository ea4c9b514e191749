/**
 * A short identifier derived from text: 64 bits as 13 letters and digits, the same on every machine and run.
 * FNV-1a (Fowler, Noll, Vo; 64-bit offset basis and prime) over UTF-16 code units, then the finalizer of MurmurHash3,
 * which spreads the last characters over all bits. Not a cryptographic hash: whoever needs two texts not to meet must check.
 */
export function shortHash(...parts: readonly string[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const part of parts) {
    for (let index = 0; index < part.length; index++) hash = step(hash, BigInt(part.charCodeAt(index)));
    // A separator that no code unit can be, so that ("ab", "c") and ("a", "bc") differ.
    hash = step(hash, 0x10000n);
  }
  hash ^= hash >> 33n;
  hash = BigInt.asUintN(64, hash * 0xff51afd7ed558ccdn);
  hash ^= hash >> 33n;
  hash = BigInt.asUintN(64, hash * 0xc4ceb9fe1a85ec53n);
  hash ^= hash >> 33n;
  return hash.toString(36).padStart(13, "0");
}

const step = (hash: bigint, value: bigint): bigint => BigInt.asUintN(64, (hash ^ value) * 0x100000001b3n);
