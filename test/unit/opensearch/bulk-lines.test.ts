import { expect, test } from "@jest/globals";
import { BulkLines, linesOf } from "#adapters/opensearch/documents/bulk-lines.ts";
import { type BulkItem, bulkLines } from "#adapters/opensearch/documents/bulk-request.ts";

const create = (id: string, source: string): BulkItem => ({ action: "create", index: "events", id, source });
const ITEMS: readonly BulkItem[] = [
  create("1", '{"a":1}'),
  { action: "delete", index: "events", id: "2", source: "" },
  create('3"', `{"name":"${"ä🚨".repeat(50_000)}"}`),
  { action: "update", index: "events", id: "4", source: '{"doc":{}}', ifSeqNo: 5, ifPrimaryTerm: 1 },
  create("5", '{"a":5}'),
];
const written = (lines: BulkLines) => ITEMS.map((item) => lines.add(item));

test("lines are sent as they were written, all of them or some", () => {
  const items = written(new BulkLines());
  const texts = ITEMS.map(bulkLines);
  expect(linesOf(items).toString()).toBe(texts.join(""));
  expect(linesOf(items.slice(1, 3)).toString()).toBe(texts.slice(1, 3).join(""));
  const apart = [items[0], items[3], items[4]].flatMap((item) => item ?? []);
  expect(linesOf(apart).toString()).toBe([texts[0], texts[3], texts[4]].join(""));
  expect(items.map(({ bytes }) => bytes)).toEqual(texts.map((text) => Buffer.byteLength(text)));
});

test("a document is read from its lines", () => {
  expect(written(new BulkLines()).map(({ source }) => source)).toEqual(ITEMS.map(({ source }) => source));
});

test("an item moves into the next request, and others follow it there", () => {
  const before = new BulkLines();
  const next = new BulkLines();
  const moved = next.move(written(before).at(2) as never);
  const after = next.add(create("6", "{}"));
  expect(moved.source).toBe(ITEMS[2]?.source);
  expect(linesOf([moved, after]).toString()).toBe(bulkLines(ITEMS[2] as BulkItem) + bulkLines(create("6", "{}")));
});

test("what has been released is written over, and nobody reads there any more", () => {
  const lines = new BulkLines();
  const [first] = written(lines);
  lines.release();
  const others = new BulkLines();
  others.add(create("7", "{}"));
  expect(first?.source).toBe("");
});
