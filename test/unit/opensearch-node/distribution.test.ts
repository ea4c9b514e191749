import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { verify } from "../../../tools/opensearch-node/distribution.ts";
import { unpack } from "../../../tools/opensearch-node/zip.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trailwatch-zip-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a file with another checksum is refused, with both sums", () => {
  const bytes = Buffer.from("not what was released");
  const sum = createHash("sha256").update(bytes).digest("hex");
  expect(() => verify(bytes)).toThrow(`has SHA-256 ${sum}, expected c5c8eb38`);
  expect(() => verify(bytes, sum)).not.toThrow();
});

test("files come out whole, without the first folder, executable where they were", () => {
  const text = "x".repeat(5000);
  const zip = zipOf([
    { name: "top/", content: "", mode: 0o40755 },
    { name: "top/bin/run", content: text, mode: 0o100755 },
    { name: "top/readme", content: "stored", mode: 0o100644, stored: true },
  ]);
  unpack(zip, folder);
  expect(readFileSync(join(folder, "bin/run"), "utf8")).toBe(text);
  expect(readFileSync(join(folder, "readme"), "utf8")).toBe("stored");
  expect(statSync(join(folder, "bin/run")).mode & 0o777).toBe(0o755);
  expect(statSync(join(folder, "readme")).mode & 0o777).toBe(0o644);
});

test("a path that leads outside is refused, and so is what is no zip", () => {
  const zip = zipOf([{ name: "top/../../outside", content: "", mode: 0o100644 }]);
  expect(() => unpack(zip, join(folder, "in"))).toThrow("top/../../outside leads outside");
  expect(() => unpack(Buffer.from("PK"), folder)).toThrow("not a zip file");
});

interface Entry {
  readonly name: string;
  readonly content: string;
  readonly mode: number;
  readonly stored?: boolean;
}

/** Checksums are left 0: the whole file's is checked instead. */
function zipOf(entries: readonly Entry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode, stored } of entries) {
    const packed = stored ? Buffer.from(content) : deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(mode * 0x10000, 38);
    entry.writeUInt32LE(offset, 42);
    files.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}
