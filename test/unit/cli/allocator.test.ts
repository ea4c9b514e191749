import { spawnSync } from "node:child_process";
import { expect, test } from "@jest/globals";

const root = new URL("../../../", import.meta.url);
const { DUCKDB_JE_MALLOC_CONF: _, ...env } = process.env;

/** What a process prints that runs these lines from the root of the repository. */
function printed(code: string, more: Readonly<Record<string, string>> = {}): string {
  const options = { cwd: root, env: { ...env, ...more }, encoding: "utf8" } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", code], options);
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return stdout + stderr;
}

/** The allocator repeats what it was told, when it is told to. */
const READ = `
  await import("./cli/allocator.ts");
  process.env.DUCKDB_JE_MALLOC_CONF += ",confirm_conf:true";
  await import("@duckdb/node-api");`;

if (process.platform === "linux" && process.arch === "x64") {
  test("DuckDB's allocator reads what the entry sets", () => {
    expect(printed(READ)).toMatch(/Set conf value: dirty_decay_ms:200\n.*Set conf value: muzzy_decay_ms:0\n/);
  });

  test("who sets it otherwise is not overruled", () => {
    const told = printed(READ, { DUCKDB_JE_MALLOC_CONF: "dirty_decay_ms:70" });
    expect(told).toContain("Set conf value: dirty_decay_ms:70\n");
    expect(told).not.toContain("dirty_decay_ms:200");
  });
}

test("the command line sets it before DuckDB is loaded", () => {
  const libraries = printed(`
    process.argv.push("trailwatch", "--version");
    await import("./cli/main.ts");
    const { sharedObjects } = process.report.getReport();
    console.log(process.env.DUCKDB_JE_MALLOC_CONF, sharedObjects.length > 0, sharedObjects.some((path) => path.includes("duckdb")));`);
  expect(libraries).toContain("dirty_decay_ms:200,muzzy_decay_ms:0 true false\n");
});
