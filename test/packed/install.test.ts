import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Ended, ended, ORDINARY, readJson, STRATUS, temporaryFolder } from "../cli/trailwatch.ts";

/** What `npm pack` makes, installed by npm where nothing else is, run as a person would on the Node of the machine. */
const folder = temporaryFolder();
const home = folder.at("somewhere");
const fixture = (path: string): string => resolve(path);

/** Without what the npm that runs this test adds: its settings, this project's packages and its own Node. */
const environment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(?!config_(registry|cache|userconfig|.*proxy)$)|NODE_OPTIONS$|INIT_CWD$|NO_COLOR$|FORCE_COLOR$)/i.test(
        name,
      ),
  ),
);
// What npm itself has to say about a machine's settings is not ours.
environment["npm_config_loglevel"] = "error";
environment["PATH"] = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((path) => !/node_modules|node-gyp-bin/.test(path))
  .join(delimiter);

const npx = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  ended(spawn("npx", ["trailwatch", ...args], { cwd: home, env: { ...environment, ...more } }));
const trailwatch = (...args: string[]): Promise<Ended> => npx(args);
const installed = (...path: string[]): string => join(home, "node_modules", ...path);

let packed: { readonly filename: string; readonly files: readonly { readonly path: string }[] };

beforeAll(() => {
  const npm = (args: readonly string[], cwd: string): string =>
    execFileSync("npm", [...args], { cwd, env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const answer = npm(["pack", "--json", "--pack-destination", folder.path], process.cwd());
  packed = JSON.parse(answer.slice(answer.search(/^\[/m)))[0];
  execFileSync("mkdir", [home]);
  npm(["install", folder.at(packed.filename), "--no-audit", "--no-fund", "--loglevel", "error"], home);
}, 300_000);
afterAll(() => folder.remove());

test("the package holds the bundle and its documents, and nothing of how it is made", () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["cli/trailwatch.js", "dist/trailwatch.js", "dist/ingest-worker.js"]));
  expect(paths.filter((path) => !/^(dist|docs)\//.test(path)).sort()).toEqual([
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "cli/trailwatch.js",
    "package.json",
  ]);
  expect(existsSync(installed("typescript")) || existsSync(installed("node"))).toBe(false);
});

test("a checkout runs its sources, on whatever Node the machine has", async () => {
  const here = spawn("npx", ["trailwatch", "--version"], { env: environment });
  expect(await ended(here)).toMatchObject({ code: 0, stdout: `${readJson("package.json").version}\n`, stderr: "" });
});

test("a world to try it in: simulated, analysed, reported", async () => {
  const { code, stdout, stderr } = await trailwatch(
    "try",
    "--accounts",
    "3",
    "--days",
    "3",
    "--seed",
    "5",
    "--out",
    "tried",
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Trailwatch \d+\.\d+\.\d+\n/);
  expect(stdout).toMatch(/Found\s+\d+ incidents to act on/);
  expect(stderr).toContain("With your own logs:");
  const report = readFileSync(join(home, "tried", "report.html"), "utf8");
  expect(report).toContain("</html>");
  expect(report.match(/<svg/g)?.length).toBeGreaterThan(3);
  const { events, insights } = readJson(join(home, "tried", "simulated-organization", "truth.json"));
  expect(stdout).toContain(`Read      ${(events + insights).toLocaleString("en-US")} events`);
});

describe("what a pipeline relies on", () => {
  const stop = fixture(join(STRATUS, "aws.defense-evasion.cloudtrail-stop.json"));

  test("0 and pure JSON, the same from one thread of the bundle and from two", async () => {
    const one = await trailwatch(
      "analyze",
      fixture(STRATUS),
      "--out",
      "one",
      "--workers",
      "1",
      "--format",
      "json",
      "--no-report",
    );
    const two = await trailwatch(
      "analyze",
      fixture(STRATUS),
      "--out",
      "two",
      "--workers",
      "2",
      "--format",
      "json",
      "--no-report",
    );
    expect(one.code).toBe(0);
    expect(two.stdout).toBe(one.stdout);
    const { ingest, incidents } = JSON.parse(one.stdout);
    expect(ingest.files).toBe(readdirSync(STRATUS).length);
    expect(ingest.quarantined).toEqual({});
    expect(incidents.length).toBeGreaterThan(10);
  });

  test("1 when --fail-on is met, 0 when it is not", async () => {
    const found = await trailwatch("analyze", stop, "--out", "stop", "--fail-on", "high", "--quiet");
    expect(found).toMatchObject({ code: 1, stderr: "" });
    expect(existsSync(join(home, "stop", "report.html"))).toBe(true);
    expect((await trailwatch("analyze", fixture(ORDINARY), "--out", "calm", "--fail-on", "medium")).code).toBe(0);
  });

  test("2 for a wrong command line, 3 when nothing could be read", async () => {
    expect(await trailwatch("analyze", stop, "--format", "xml")).toMatchObject({ code: 2, stdout: "" });
    expect(await trailwatch("analyze", "nowhere", "--out", "nowhere-out")).toMatchObject({ code: 3, stdout: "" });
  });

  test("the store answers", async () => {
    const { stdout } = await trailwatch(
      "query",
      "select count(*) as n from usage_events",
      "--out",
      "one",
      "--format",
      "csv",
    );
    expect(stdout).toMatch(/^n\n\d+\n$/);
  });
});

describe("Amazon S3", () => {
  let server: Server;
  const key = "AWSLogs/143434273843/CloudTrail/us-east-1/2024/07/31/stop.json";
  const body = readFileSync(join(STRATUS, "aws.defense-evasion.cloudtrail-stop.json"));
  const listing = `<?xml version="1.0"?><ListBucketResult><Name>trail</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>
    <Contents><Key>${key}</Key><LastModified>2024-07-31T14:00:00.000Z</LastModified><ETag>"e"</ETag><Size>${body.length}</Size></Contents></ListBucketResult>`;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const list = new URL(request.url ?? "/", "http://s3").searchParams.has("list-type");
      if (!list) response.end(body);
      else response.setHeader("content-type", "application/xml").end(listing);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  });
  afterAll(() => {
    server.close();
  });

  test("is loaded only for s3:// paths", async () => {
    renameSync(installed("@aws-sdk"), installed("@away"));
    try {
      const local = await trailwatch("analyze", fixture(ORDINARY), "--out", "local", "--quiet");
      expect(local).toMatchObject({ code: 0, stderr: "" });
      expect((await trailwatch("analyze", "s3://trail/", "--out", "remote")).stderr).toContain("@aws-sdk");
    } finally {
      renameSync(installed("@away"), installed("@aws-sdk"));
    }
  });

  test("is read from a bucket", async () => {
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const credentials = {
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    const found = await npx(
      [
        "analyze",
        "s3://trail/AWSLogs/",
        "--endpoint-url",
        `http://127.0.0.1:${port}`,
        "--out",
        "remote",
        "--format",
        "json",
        "--quiet",
      ],
      credentials,
    );
    expect(found.code).toBe(0);
    const { ingest, incidents } = JSON.parse(found.stdout);
    expect(ingest).toMatchObject({ files: 1, stored: JSON.parse(body.toString()).Records.length });
    expect(incidents).toHaveLength(1);
  });
});
