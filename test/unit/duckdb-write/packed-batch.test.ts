import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { IntBuilder, TextBuilder, TextsBuilder, WordBuilder } from "#adapters/duckdb/batch/column-builders.ts";
import { BatchPacker, bytesOf, type ColumnBatch, wordsOf } from "#adapters/duckdb/batch/packed-batch.ts";
import { storableText } from "#core/domain/storable-text.ts";

const CAPACITY = 64;
const column = (name: string, kind: "int" | "word" | "text" | "texts") => ({ name, kind, nullable: true }) as const;

/** Texts of a column by their numbers, as the writer reads them. */
function textsOf(batch: ColumnBatch, index: number): readonly string[] {
  const bytes = Buffer.from(bytesOf(batch, index, "bytes") ?? []);
  let start = 0;
  return [...(wordsOf(batch, index, "ends") ?? [])].map((end) => {
    const text = bytes.toString("utf8", start, end);
    start = end;
    return text;
  });
}

function listsOf(batch: ColumnBatch, index: number): readonly (readonly string[])[] {
  const texts = textsOf(batch, index);
  let start = 0;
  return [...(wordsOf(batch, index, "listEnds") ?? [])].map((end) => {
    const list = texts.slice(start, end);
    start = end;
    return list;
  });
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\0", "\ud800", "Zürich", "x".repeat(100_000)),
);
const rows = fc.array(
  fc.record({
    number: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    word: fc.option(fc.integer({ min: -(2 ** 52), max: 2 ** 52 })),
    text: fc.option(text),
    texts: fc.option(fc.array(text, { maxLength: 4 })),
  }),
  { maxLength: CAPACITY },
);

test("what columns were given comes out of the batch, batch after batch", () => {
  const numbers = new IntBuilder(column("number", "int"), CAPACITY);
  const words = new WordBuilder(column("word", "word"), CAPACITY);
  const texts = new TextBuilder(column("text", "text"), CAPACITY);
  const lists = new TextsBuilder(column("texts", "texts"), CAPACITY);
  const packer = new BatchPacker();
  fc.assert(
    fc.property(rows, (given) => {
      for (const [row, { number, word, text, texts: list }] of given.entries()) {
        if (number !== null) numbers.set(row, number);
        if (word !== null) words.set(row, word);
        if (text !== null) texts.set(row, text);
        if (list !== null) lists.set(row, list);
      }
      const batch = packer.pack(given.length, [numbers, words, texts, lists]);

      const present = (index: number, row: number): boolean => bytesOf(batch, index, "present")?.[row] === 1;
      const doubles = wordsOf(batch, 1, "values");
      const stored = textsOf(batch, 2);
      const storedLists = listsOf(batch, 3);
      const found = given.map((_, row) => ({
        number: present(0, row) ? wordsOf(batch, 0, "values")?.[row] : null,
        word: present(1, row)
          ? ((doubles?.[2 * row] as number) >>> 0) + 2 ** 32 * (doubles?.[2 * row + 1] as number)
          : null,
        text: stored[wordsOf(batch, 2, "choice")?.[row] ?? -1] ?? null,
        texts: storedLists[wordsOf(batch, 3, "choice")?.[row] ?? -1] ?? null,
      }));
      expect(found).toEqual(
        given.map(({ number, word, text, texts: list }) => ({
          number,
          word,
          text: text === null ? null : storableText(text),
          texts: list?.map(storableText) ?? null,
        })),
      );
    }),
    { numRuns: 200 },
  );
});

test("a column without values takes no memory", () => {
  const batch = new BatchPacker().pack(3, [new TextBuilder(column("text", "text"), CAPACITY)]);
  expect(batch.memory.byteLength).toBe(0);
  expect(bytesOf(batch, 0, "bytes")).toBeNull();
});
