import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { bundleLambda } from "#lib/bundling/lambda-bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "trailwatch-start-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What of Node.js is there after the function has started. */
function loadedBy(name: string): readonly string[] {
  bundleLambda(name, folder, parseConfig({}));
  const code = `await import(process.argv[1]); console.log(JSON.stringify(process.moduleLoadList)); process.exit()`;
  const address = pathToFileURL(join(folder, "index.mjs")).href;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code, address], {
    encoding: "utf8",
    env: { ...process.env, AWS_REGION: "eu-west-1", ACCOUNT_ID: "111122223333" },
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as readonly string[];
}

test("a function starts without the parts of Node.js that it never uses", () => {
  const loaded = loadedBy("DelegatedTrail");
  expect(loaded).toContain("NativeModule https");
  expect(loaded.filter((module) => /undici|http2|child_process|dotenv/.test(module))).toEqual([]);
});
