import { expect, test } from "@jest/globals";
import { StoreDictionary } from "#adapters/duckdb/batch/store-dictionary.ts";

const LONG = "arn:aws:sts::111122223333:assumed-role/deploy/".padEnd(200, "x");

test("every different value is stored once, however long, and numbered on from those that are there", () => {
  const stored: (readonly [number, readonly unknown[]])[] = [];
  const store = (number: number, row: readonly unknown[]): void => void stored.push([number, row]);
  const dictionary = new StoreDictionary([[4, ["user", LONG, null]]], 7);

  const numbers = [
    ["user", LONG, null],
    ["user", `${LONG}2`, null],
    ["root", null, true],
    ["user", `${LONG}2`, null],
    ["root", null, true],
    ["root", null, false],
  ].map((row) => dictionary.number(row, store));

  expect(numbers).toEqual([4, 7, 8, 7, 8, 9]);
  expect(stored).toEqual([
    [7, ["user", `${LONG}2`, null]],
    [8, ["root", null, true]],
    [9, ["root", null, false]],
  ]);
});
