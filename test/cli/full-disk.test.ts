import { readdirSync } from "node:fs";
import { afterAll, expect, test } from "@jest/globals";
import { ended, run, STRATUS, startWithin, temporaryFolder } from "./trailwatch.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

test.each([
  ["when the store is made", 8, "store.duckdb", []],
  ["when what was read is committed", 64, "store.duckdb.wal", ["store.duckdb", "store.duckdb.wal"]],
  ["when it goes from the log into the store", 512, "store.duckdb", ["store.duckdb", "store.duckdb.wal"]],
])(
  "a disk that is full %s is told, and the same command goes on where there is room",
  async (when, blocks, file, left) => {
    const analyze = ["analyze", STRATUS, ...folder.out(when), "--no-report", "--quiet", "--format", "json"];
    const { code, stdout, stderr } = await ended(startWithin(blocks, analyze));
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr.split("\n")).toEqual([
      `trailwatch: the disk of the store has no more room: Could not write file "${folder.at(when, file)}": File too large`,
      "  next: Free some, for the files beside the store too, or name a folder on another disk with --out; then run the same command again.",
      "",
    ]);
    expect(readdirSync(folder.at(when))).toEqual(left);
    const again = await run(...analyze);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    const all = await run(...analyze.with(3, folder.at("never full")));
    expect(JSON.parse(again.stdout).incidents).toEqual(JSON.parse(all.stdout).incidents);
  },
  60_000,
);
