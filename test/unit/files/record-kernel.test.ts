import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseUuid } from "#adapters/duckdb/batch/uuid.ts";
import { BROKEN, INCOMPLETE, MAX_DEPTH, skipNested, skipString, TOO_DEEP } from "#adapters/files/json-bytes.ts";
import { SOURCE_HASH } from "#adapters/files/kernel/compiled.ts";
import { RecordKernel } from "#adapters/files/kernel/record-kernel.ts";
import { fieldIndex } from "#adapters/files/record-fields.ts";

const newKernel = (): RecordKernel => new RecordKernel(() => true);
const field = fieldIndex("requestParameters");

/** What the kernel finds of a value, and what walking over it byte by byte finds. */
function bothWays(kernel: RecordKernel, value: Buffer): { readonly ours: number; readonly walked: number } {
  const before = Buffer.from('{"requestParameters":');
  const bytes = Buffer.concat([before, value, Buffer.from(' ,"eventID":"x"}')]);
  const next = kernel.scan(bytes, 0, bytes.length);
  const end = kernel.end(field);
  const from = before.length;
  const walked = value[0] === 0x22 ? skipString(bytes, from + 1, bytes.length) : skipNested(bytes, from, bytes.length);
  return { ours: end > 0 ? end : next, walked };
}

test("what is compiled is what stands in the source", () => {
  const source = readFileSync(new URL("../../../adapters/files/kernel/record-kernel.as", import.meta.url));
  expect(SOURCE_HASH).toBe(createHash("sha256").update(source).digest("hex"));
});

const piece = fc.constantFrom(
  ...['"', '\\"', "\\\\", "\\", "{", "}", "[", "]", ",", ":", " ", "a", "0123456789abcdef", "ü", "\u{1f600}", "\n"],
);

test("values end where walking over them byte by byte ends, whatever they hold", () => {
  const kernel = newKernel();
  fc.assert(
    fc.property(fc.constantFrom('"', "{", "["), fc.array(piece, { maxLength: 60 }), (first, pieces) => {
      const { ours, walked } = bothWays(kernel, Buffer.from(first + pieces.join("")));
      expect(ours).toBe(walked);
    }),
    { numRuns: 5000 },
  );
});

test("values that are JSON end where they end", () => {
  const kernel = newKernel();
  fc.assert(
    fc.property(fc.oneof(fc.object(), fc.array(fc.jsonValue()), fc.string()), fc.nat(2), (value, space) => {
      const text = Buffer.from(JSON.stringify(value, null, space));
      const { ours } = bothWays(kernel, text);
      expect(ours).toBe('{"requestParameters":'.length + text.length);
    }),
    { numRuns: 2000 },
  );
});

test("an object is broken, cut off or too deep", () => {
  const kernel = newKernel();
  const scan = (text: string): number => kernel.scan(Buffer.from(text), 0, Buffer.byteLength(text));
  expect(scan('{"a":{"b":1]}')).toBe(BROKEN);
  expect(scan('{"a":"\u0001"}')).toBe(BROKEN);
  expect(scan('{"a" 1}')).toBe(BROKEN);
  for (const cut of ["{", '{"a', '{"a"', '{"a":', '{"a":1', '{"a":{', '{"a":{}', '{"eventTime":', '{"a":1,'])
    expect(scan(cut)).toBe(INCOMPLETE);
  const nested = (depth: number): string => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  expect(scan(nested(MAX_DEPTH))).toBe(nested(MAX_DEPTH).length);
  expect(scan(nested(MAX_DEPTH + 1))).toBe(TOO_DEEP);
});

test("records are found wherever they lie in a long text, and however long they are", () => {
  const kernel = newKernel();
  const lengths = [100, 300_000, 50, 263_000, 1_500_000, 10];
  const records = lengths.map((length, at) => `{"eventID":"${at}","requestParameters":"${"x".repeat(length)}"}`);
  const bytes = Buffer.from(records.join(","));
  let at = 0;
  for (const [number, record] of records.entries()) {
    const next = kernel.scan(bytes, at, bytes.length);
    expect(next).toBe(at + record.length);
    const id = fieldIndex("eventID");
    expect(bytes.toString("latin1", kernel.start(id), kernel.end(id))).toBe(`"${number}"`);
    expect(kernel.end(field)).toBe(next - 1);
    at = next + 1;
  }
});

test("bytes that changed are seen after a renewal", () => {
  const kernel = newKernel();
  const bytes = Buffer.from('{"eventID":"a"}');
  kernel.scan(bytes, 0, bytes.length);
  bytes.write('{"readOnly":1 }');
  kernel.renew();
  expect(kernel.scan(bytes, 0, bytes.length)).toBe(bytes.length);
  expect([kernel.end(fieldIndex("eventID")), kernel.end(fieldIndex("readOnly"))]).toEqual([0, 13]);
});

test("a value is known again until too much is remembered, and then numbers begin at 0", () => {
  const kernel = newKernel();
  const scan = (text: string): number => {
    const bytes = Buffer.from(`{"requestParameters":${JSON.stringify(text)}}`);
    kernel.scan(bytes, 0, bytes.length);
    kernel.identify();
    return kernel.entry(field);
  };
  expect(scan("first")).toBe(-1);
  expect(kernel.remember(field)).toBe(0);
  expect(scan("second")).toBe(-1);
  expect(kernel.remember(field)).toBe(1);
  expect([scan("first"), scan("second"), scan("secone")]).toEqual([0, 1, -1]);
  let last = 1;
  for (let n = 0; last > 0; n++) {
    scan(`${n}${"x".repeat(300_000)}`);
    last = kernel.remember(field);
    expect(n).toBeLessThan(100);
  }
  expect([scan("first"), scan("second")]).toEqual([-1, -1]);
  scan("x".repeat(2_000_000));
  expect(kernel.remember(field)).toBe(-1);
});

test.each([
  ["", -834951525, -223591480],
  ["a", -1106110387, 1143449822],
  ["0123456789abcdef", 12735295, 570427049],
  ["0123456789abcdefg", 895322612, 1128899508],
  ['{"eventID":"x","n":1}'.repeat(7), -1657512063, -1567709480],
  ["ü".repeat(40), -531698433, 650247279],
])("the fingerprint of %j is the one that stores have", (text, low, high) => {
  const kernel = newKernel();
  const scanned = Buffer.from('{"eventID":"a"}');
  kernel.scan(scanned, 0, scanned.length);
  const bytes = Buffer.from(text);
  const print = { low: 0, high: 0 };
  kernel.fingerprint(bytes, 0, bytes.length, print);
  expect(print).toEqual({ low, high });
  kernel.fingerprint(scanned, 0, scanned.length, print);
  const again = { low: 0, high: 0 };
  newKernel().fingerprint(scanned, 0, scanned.length, again);
  expect(print).toEqual(again);
});

const nearly = fc
  .tuple(fc.uuid(), fc.nat(35), fc.constantFrom("", "-", "0", "g", "F", "/", ":", "`", "ü", '"'))
  .map(([id, at, other]) => id.slice(0, at) + other + id.slice(at + 1));

test("an id is read as a UUID where it is one in its usual form", () => {
  const kernel = newKernel();
  const [ours, parsed] = [new Int32Array(4), new Int32Array(4)];
  const id = fieldIndex("eventID");
  fc.assert(
    fc.property(fc.oneof(fc.uuid(), nearly, fc.string()), (text) => {
      const bytes = Buffer.from(JSON.stringify({ eventID: text }));
      kernel.scan(bytes, 0, bytes.length);
      const isUuid = kernel.uuid(id, ours);
      expect(isUuid).toBe(parseUuid(text, parsed));
      if (isUuid) expect(ours).toEqual(parsed);
    }),
    { numRuns: 5000 },
  );
  kernel.scan(Buffer.from('{"eventID":7}'), 0, 13);
  expect(kernel.uuid(id, ours)).toBe(false);
  kernel.scan(Buffer.from("{}"), 0, 2);
  expect(kernel.uuid(id, ours)).toBe(false);
});
