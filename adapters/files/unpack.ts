import { closeSync, createReadStream, openSync, readFileSync, readSync } from "node:fs";
import { Readable } from "node:stream";
import { constants, createGunzip, gunzipSync } from "node:zlib";
import type { Splitter } from "./splitter.ts";

/** Larger files, packed or not, are read in pieces, so that memory does not grow with them. */
const WHOLE_FILE_BYTES = 32 * 1024 * 1024;
const WHOLE_TEXT_BYTES = 128 * 1024 * 1024;
const PIECE_BYTES = 8 * 1024 * 1024;

/** A file on this machine, or one that was fetched. */
export interface PackedFile {
  readonly localPath: string | null;
  readonly bytes: Uint8Array | null;
  readonly size: number;
}

/**
 * Unpacks a file (by its first bytes, not by its name) and gives its text to `splitter`, without a byte order mark.
 * Answers the bytes of text. A torn or damaged gzip stream gives what could be unpacked, and the splitter records the
 * tear. Rejects only when the file cannot be read at all.
 */
export async function splitFile(file: PackedFile, splitter: Splitter): Promise<number> {
  if (file.bytes === null && file.size > WHOLE_FILE_BYTES) return splitInPieces(file, null, splitter);
  const packed = file.bytes === null ? readFileSync(file.localPath as string) : asBuffer(file.bytes);
  const text = isGzip(packed) ? unpackWhole(packed) : packed;
  if (text === null || text.length > WHOLE_TEXT_BYTES) return splitInPieces(file, packed, splitter);
  splitter.push(withoutMark(text), true);
  const { length } = text;
  if (text !== packed) release(text);
  if (file.bytes === null) release(packed);
  return length;
}

/**
 * Gives the memory of a file back at once. The collector would let hundreds of such buffers come together before it
 * looks at them, and they are the largest things that reading makes. What is no larger than the runtime's pool may share
 * its memory with others. Where the runtime is too old, it is left to the collector.
 */
function release(bytes: Buffer): void {
  const memory = bytes.buffer as ArrayBuffer & { transfer?: (length: number) => ArrayBuffer };
  if (bytes.byteOffset === 0 && memory.byteLength > Buffer.poolSize) memory.transfer?.(0);
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const isGzip = (bytes: Buffer): boolean => bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;

/** `null` when it is damaged, or too large to hold at once. */
function unpackWhole(packed: Buffer): Buffer | null {
  try {
    return gunzipSync(packed, { maxOutputLength: WHOLE_TEXT_BYTES, chunkSize: chunkFor(packed) });
  } catch {
    return null;
  }
}

/** The unpacked length that gzip notes in its last four bytes: only a hint, but one that saves growing and joining. */
function chunkFor(packed: Buffer): number {
  const stated = packed.readUInt32LE(packed.length - 4) + 1;
  const plausible = stated > packed.length / 2 && stated < packed.length * 200;
  return Math.max(constants.Z_MIN_CHUNK, plausible ? Math.min(stated, 16 * 1024 * 1024) : 256 * 1024);
}

/** UTF-8, or the UTF-16 that Windows consoles write. */
function withoutMark(text: Buffer): Buffer {
  if (text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf) return text.subarray(3);
  if (text[0] === 0xff && text[1] === 0xfe) return Buffer.from(text.toString("utf16le", 2));
  return text;
}

/** Bytes that one step of unpacking gives: what a damaged step loses, at most. */
const STEP_BYTES = 64 * 1024;

async function splitInPieces(file: PackedFile, packed: Buffer | null, splitter: Splitter): Promise<number> {
  const pieces = new Pieces(splitter);
  const gzip = isGzip(packed ?? firstBytes(file.localPath as string));
  const source =
    packed === null
      ? createReadStream(file.localPath as string, { highWaterMark: 1024 * 1024 })
      : Readable.from([packed]);
  // Listening for data, rather than iterating, keeps what came before an error.
  const torn = await new Promise<boolean>((resolve, reject) => {
    source.once("error", reject);
    const text = gzip ? source.pipe(createGunzip({ chunkSize: STEP_BYTES })) : source;
    text.on("data", (piece: Buffer) => pieces.take(piece));
    text.once("end", () => resolve(false));
    if (gzip) text.once("error", () => resolve(true));
  });
  return pieces.finish(torn);
}

/** Joins small pieces into larger ones, and keeps what the splitter could not take yet. */
class Pieces {
  readonly #splitter: Splitter;
  #pending: Buffer[] = [];
  #waiting = 0;
  #wanted = PIECE_BYTES;
  #total = 0;

  constructor(splitter: Splitter) {
    this.#splitter = splitter;
  }

  take(piece: Buffer): void {
    this.#pending.push(this.#total === 0 ? withoutMark(piece) : piece);
    this.#total += piece.length;
    this.#waiting += piece.length;
    if (this.#waiting < this.#wanted) return;
    const bytes = Buffer.concat(this.#pending);
    const rest = Buffer.from(bytes.subarray(this.#splitter.push(bytes, false)));
    this.#pending = [rest];
    this.#waiting = rest.length;
    this.#wanted = Math.max(PIECE_BYTES, rest.length * 2);
  }

  finish(torn: boolean): number {
    this.#splitter.push(Buffer.concat(this.#pending), true, torn);
    return this.#total;
  }
}

function firstBytes(path: string): Buffer {
  const bytes = Buffer.alloc(3);
  const file = openSync(path, "r");
  try {
    readSync(file, bytes, 0, 3, 0);
  } finally {
    closeSync(file);
  }
  return bytes;
}
