import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { afterAll, expect, test } from "@jest/globals";
import { type Ended, ended, run, STRATUS, temporaryFolder } from "./trailwatch.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** No file becomes larger than this, which the system refuses as it does on a full disk. Shells count 512 or 1,024 bytes. */
function runWithin(blocks: number, ...args: readonly string[]): Promise<Ended> {
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: _1, TRAILWATCH_DEBUG: _2, ...env } = process.env;
  const command = [process.execPath, "--disable-warning=ExperimentalWarning", "cli/main.ts", ...args];
  return ended(spawn("sh", ["-c", `ulimit -f ${blocks} && exec "$@"`, "sh", ...command], { env }));
}

test.each([
  ["when the store is made", 8, "store.duckdb", []],
  ["when what was read is committed", 64, "store.duckdb.wal", ["store.duckdb", "store.duckdb.wal"]],
  ["when it goes from the log into the store", 512, "store.duckdb", ["store.duckdb", "store.duckdb.wal"]],
])(
  "a disk that is full %s is told, and the same command goes on where there is room",
  async (when, blocks, file, left) => {
    const analyze = ["analyze", STRATUS, ...folder.out(when), "--no-report", "--quiet", "--format", "json"];
    const { code, stdout, stderr } = await runWithin(blocks, ...analyze);
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
