import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const DEFLATED = 8;

/**
 * Unpacks a zip below `folder`, leaving out the first folder of every path; who may execute stays, everyone may read.
 * In process, because neither `unzip` nor a JDK's `jar` is everywhere. Without encryption and zip64.
 */
export function unpack(zip: Buffer, folder: string): void {
  const end = zip.lastIndexOf(Buffer.from(Uint32Array.of(END_OF_DIRECTORY).buffer));
  if (end < 0 || end + END_BYTES > zip.length) throw new Error("not a zip file");
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const name = zip.toString("utf8", at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    const path = resolve(folder, name.slice(name.indexOf("/") + 1));
    if (path !== resolve(folder) && !path.startsWith(resolve(folder) + sep)) throw new Error(`${name} leads outside`);
    if (name.endsWith("/")) mkdirSync(path, { recursive: true, mode: 0o755 });
    else {
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      const executable = ((zip.readUInt32LE(at + 38) >>> 16) & 0o111) !== 0;
      writeFileSync(path, contentOf(zip, at), { mode: executable ? 0o755 : 0o644 });
    }
    at += ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
  }
}

function contentOf(zip: Buffer, entry: number): Buffer {
  const local = zip.readUInt32LE(entry + 42);
  const start = local + LOCAL_BYTES + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
  return zip.readUInt16LE(entry + 10) === DEFLATED ? inflateRawSync(packed) : packed;
}
