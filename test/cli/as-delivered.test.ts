import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { run, STRATUS, temporaryFolder } from "./trailwatch.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const STOP = join(STRATUS, "aws.defense-evasion.cloudtrail-stop.json");

const analyse = (...options: string[]) =>
  run("analyze", STOP, ...folder.out("stop"), "--no-report", "--quiet", ...options);

test("an attack as it would have been delivered: found, said, and the same as in the analysis", async () => {
  const { code, stdout } = await analyse("--as-delivered", "--format", "json");
  expect(code).toBe(0);
  const { incidents, asDelivered } = JSON.parse(stdout);
  expect(asDelivered.same).toEqual([incidents[0].id]);
  expect(asDelivered.differences).toEqual([]);
  expect(asDelivered.delays).toMatchObject({ times: "files", late: 0 });
  const [opened] = asDelivered.messages;
  expect(opened).toMatchObject({ occasion: "opened", incident: incidents[0].id, severity: "high" });
  expect(opened.at).toBeGreaterThan(opened.newest);
}, 30_000);

test("in words, and without names where nobody is to be named", async () => {
  const text = await analyse("--as-delivered", "modelled");
  expect(text.stdout).toMatch(/As delivered[\s\S]*1 of 1 incident of the analysis is the same/);
  const markdown = await analyse("--as-delivered", "--format", "markdown", "--redact");
  expect(markdown.stdout).toMatch(/## As delivered[\s\S]*\| opened \| high \|/);
  const [incident] = JSON.parse((await analyse("--format", "json")).stdout).incidents;
  const names: string[] = [...incident.accounts, ...incident.principals].map(({ id, value }) => id ?? value);
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) expect(markdown.stdout).not.toContain(name);
}, 60_000);

test("other times than these there are none", async () => {
  const { code, stderr } = await analyse("--as-delivered", "yesterday");
  expect(code).toBe(2);
  expect(stderr).toContain("files, modelled");
}, 30_000);
