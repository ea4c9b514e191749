import { writeFileSync } from "node:fs";
import { afterAll, expect, test } from "@jest/globals";
import { ORDINARY, run, STRATUS, temporaryFolder } from "./trailwatch.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

test("an estimate needs nothing but the command", async () => {
  const { code, stdout, stderr } = await run("estimate");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("Trailwatch in us-east-1, size small, 20 accounts:");
}, 30_000);

test("configuration, size, region and volume are what they are said to be", async () => {
  const file = folder.at("trailwatch.yaml");
  writeFileSync(file, "deployment: { size: large, trail: { insights: true } }\n");
  const options = ["--config", file, "--size", "medium", "--region", "eu-west-1", "--accounts", "50"];
  const { stdout } = await run("estimate", ...options, "--events-per-account", "1000", "--json");
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({
    size: "medium",
    region: "eu-west-1",
    volume: { accounts: 50, eventsPerDay: 50_000 },
  });
  expect(document.lines.some(({ what }: { what: string }) => what === "Insights")).toBe(true);
}, 30_000);

test("the volume is measured in a store, and carried over", async () => {
  const out = folder.at("out");
  await run("analyze", STRATUS, "--out", out, "--no-report", "--quiet");
  const { code, stdout } = await run("estimate", "--measured", out, "--accounts", "30", "--format", "json");
  expect(code).toBe(0);
  const { volume } = JSON.parse(stdout);
  expect(volume.accounts).toBe(30);
  expect(volume.basis[0]).toMatch(/^measured: \d+ management events of \d+ accounts? in [\d.]+ days/);
  expect(volume.bytesPerEvent).toBeGreaterThan(500);
  expect(volume.bytesPerEvent).toBeLessThan(5000);
}, 60_000);

test("five minutes of events are too little to measure", async () => {
  const out = folder.at("short");
  await run("analyze", ORDINARY, "--out", out, "--no-report", "--quiet");
  const { code, stderr } = await run("estimate", "--measured", out);
  expect(code).toBe(2);
  expect(stderr).toContain("less than an hour");
}, 60_000);

test("a single account is one account", async () => {
  const file = folder.at("single.yaml");
  writeFileSync(file, "deployment: { mode: single-account }\n");
  const one = await run("estimate", "--config", file);
  expect(one.stdout).toMatch(/^Trailwatch in us-east-1, size small, 1 account: \$\d+ to \$\d+ a month\n/);
  const many = await run("estimate", "--config", file, "--accounts", "5");
  expect({ code: many.code, said: many.stderr.includes("single-account") }).toEqual({ code: 2, said: true });
}, 30_000);

test.each([
  [["--region", "cn-north-1"], "another currency"],
  [["--region", "Ireland"], "Ireland is not a region"],
  [["--accounts", "many"], "--accounts many is not a whole number"],
  [["--size", "huge"], "huge"],
  [["--measured", "nowhere-at-all"], "no store"],
])(
  "%j is refused",
  async (args, word) => {
    const { code, stderr, stdout } = await run("estimate", ...args);
    expect({ code: code === 0, stdout }).toEqual({ code: false, stdout: "" });
    expect(stderr).toContain(word);
  },
  30_000,
);
