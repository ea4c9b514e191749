import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { run, runWith, temporaryFolder } from "./trailwatch.ts";

const STOP = "test/fixtures/cloudtrail/stratus/aws.defense-evasion.cloudtrail-stop.json";
const folder = temporaryFolder();
const out = join(folder.path, "out");
const quiet = ["--out", out, "--no-report", "--quiet"];

let incident: string;

beforeAll(async () => {
  await run("analyze", STOP, ...quiet);
  incident = JSON.parse((await run("incidents", "--out", out, "--format", "json")).stdout)[0].id;
}, 30_000);
afterAll(() => folder.remove());

test("--fresh with nothing to read leaves the store as it is", async () => {
  const empty = join(folder.path, "empty");
  mkdirSync(empty);
  expect((await run("analyze", empty, ...quiet, "--fresh")).code).toBe(3);
  expect((await run("show", incident, "--out", out)).code).toBe(0);
}, 30_000);

test("--fresh keeps what people said about incidents", async () => {
  await run("acknowledge", incident, "--reason", "known to the team", "--out", out);
  const { stdout } = await run("analyze", STOP, ...quiet, "--fresh", "--format", "json");
  expect(JSON.parse(stdout).incidents[0].mute).toMatchObject({ kind: "acknowledged", reason: "known to the team" });
}, 30_000);

test("--fresh reads what is piped", async () => {
  const { stdout } = await runWith(readFileSync(STOP), "analyze", "-", ...quiet, "--fresh", "--format", "json");
  expect(JSON.parse(stdout).ingest.stored).toBe(1);
}, 30_000);

test("two organizations are not simulated into one folder", async () => {
  const world = join(folder.path, "world");
  mkdirSync(world);
  writeFileSync(join(world, "truth.json"), "{}");
  const { code, stderr } = await run("simulate", "--out", world, "--accounts", "3", "--days", "7");
  expect(code).toBe(2);
  expect(stderr).toContain("not empty");
}, 30_000);

test.each([
  [["analyze", STOP, "--from", "2026-11-02", "--to", "2026-11-01"], "2026-11-02"],
  [["analyze", STOP, "--report", join("no", "such", "folder", "r.html")], "r.html"],
  [["analyze", STOP, "--out", join(STOP, "below-a-file")], "below-a-file"],
  [["incidents", "--severity", "foo"], "foo"],
  [["snooze", "20240731", "--reason", "no end given"], "end"],
])(
  "%j is refused before anything is done",
  async (args, word) => {
    const place = args.includes("--out") ? [] : ["--out", out];
    const { code, stderr } = await run(...args, ...place);
    expect(code).toBe(2);
    expect(stderr).toContain(word);
    expect(stderr).not.toContain("should not happen");
  },
  30_000,
);
