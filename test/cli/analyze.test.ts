import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "@jest/globals";
import { type Ended, ended, ORDINARY, readJson, run, runWith, STRATUS, start, temporaryFolder } from "./trailwatch.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const STOP = join(STRATUS, "aws.defense-evasion.cloudtrail-stop.json");
const quietly = ["--no-report", "--quiet"];

interface LoggedRecord {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
}
const records: readonly LoggedRecord[] = readdirSync(STRATUS).flatMap((file) => readJson(join(STRATUS, file)).Records);
const ingestOf = ({ stdout }: Ended) => JSON.parse(stdout).ingest;

describe("what is found", () => {
  test("an attack without any history, named by its event; --fail-on tells a pipeline", async () => {
    const found = await run(
      "analyze",
      STOP,
      ...folder.out("stop"),
      "--fail-on",
      "medium",
      "--format",
      "json",
      ...quietly,
    );
    expect(found.code).toBe(1);
    const stopped = readJson(STOP).Records.find(({ eventName }: LoggedRecord) => eventName === "StopLogging");
    const { incidents } = JSON.parse(found.stdout);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({ severity: "high", paging: { paged: true } });
    expect(incidents[0].eventIds).toContain(stopped.eventID);
  }, 30_000);

  test("five ordinary minutes, at which no pipeline fails", async () => {
    const calm = await run("analyze", ORDINARY, ...folder.out("calm"), "--fail-on", "medium", ...quietly);
    expect(calm.code).toBe(0);
    expect(calm.stdout).toMatch(/Read\s+\d+ events in 1 account/);
  }, 30_000);
});

describe("what stdout carries", () => {
  const attacks = readdirSync(STRATUS)
    .filter((file) => file.includes("persistence"))
    .map((file) => join(STRATUS, file));
  const analyse = (format: string): Promise<Ended> =>
    run("analyze", ...attacks, ...folder.out("formats"), "--format", format, "--no-report");

  test("each format whole, the same incidents, and nothing else", async () => {
    const { incidents, version } = JSON.parse((await analyse("json")).stdout);
    expect(incidents.length).toBeGreaterThan(4);
    const ids: string[] = incidents.map(({ id }: { id: string }) => id);

    const lines = (await analyse("ndjson")).stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ kind: "analysis", version });
    expect(lines.slice(1).map(({ kind, id }) => `${kind} ${id}`)).toEqual(ids.map((id) => `incident ${id}`));

    const markdown = (await analyse("markdown")).stdout;
    expect(markdown).toMatch(/^# /);
    const text = await analyse("text");
    expect(text.stdout).toMatch(/^Trailwatch \d/);
    for (const id of ids) {
      expect(markdown).toContain(id);
      expect(text.stdout).toContain(id);
    }
    // Not on a terminal: plain lines, nothing that moves a cursor or colours.
    expect(text.stdout + text.stderr).not.toContain("\x1b");
    expect(text.stderr).toMatch(/counting and comparing/);
  }, 60_000);

  test("colours where they are asked for, silence on stderr where that is", async () => {
    const coloured = await ended(start(["incidents", ...folder.out("formats")], { FORCE_COLOR: "1" }));
    expect(coloured.stdout).toContain("\x1b[");
    const quiet = await run("analyze", STOP, ...folder.out("quiet"), ...quietly);
    expect(quiet.stderr).toBe("");
    expect(existsSync(folder.at("quiet", "report.html"))).toBe(false);
    expect(readdirSync(folder.at("quiet"))).toEqual(["store.duckdb"]);
  }, 30_000);

  test("the list of incidents narrows", async () => {
    const list = async (...options: string[]) =>
      JSON.parse((await run("incidents", ...folder.out("formats"), "--format", "json", ...options)).stdout);
    const all = await list();
    const account = all[0].accounts[0].id;
    const some = await list("--account", account, "--severity", "high");
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length);
    for (const { severity, accounts } of some) {
      expect(["high", "critical"]).toContain(severity);
      expect(accounts.map(({ id }: { id: string }) => id)).toContain(account);
    }
    expect(await list("--type", "production")).toEqual([]);
  }, 30_000);

  test("a reader who has seen enough is no error", async () => {
    const child = start(["query", "select * from usage_events", ...folder.out("formats"), "--format", "json"]);
    const end = ended(child);
    child.stdout?.once("data", () => child.stdout?.destroy());
    expect(await end).toMatchObject({ code: 0, stderr: "" });
  }, 30_000);
});

describe("what is read", () => {
  const unique = (chosen: readonly LoggedRecord[]): number => new Set(chosen.map(({ eventID }) => eventID)).size;
  const [some] = records;
  const times = records.map(({ eventTime }) => eventTime).sort();
  const [middle = "", late = ""] = [times[Math.floor(times.length * 0.5)], times[Math.floor(times.length * 0.8)]];
  const names = ["CreateUser", "iam:CreateAccessKey"];

  test.each<[string, string[], (record: LoggedRecord) => boolean]>([
    [
      "accounts",
      ["--account", some?.recipientAccountId ?? ""],
      (r) => r.recipientAccountId === some?.recipientAccountId,
    ],
    [
      "regions",
      ["--region", "us-east-1", "--region", some?.awsRegion ?? ""],
      (r) => ["us-east-1", some?.awsRegion].includes(r.awsRegion),
    ],
    ["event names", ["--event-name", names.join(",")], (r) => /^Create(User|AccessKey)$/.test(r.eventName)],
    ["a time", ["--from", middle, "--to", late], (r) => r.eventTime >= middle && r.eventTime < late],
  ])(
    "the selection: %s",
    async (name, options, chosen) => {
      const found = await run(
        "analyze",
        STRATUS,
        ...folder.out(`select ${name}`),
        ...options,
        "--format",
        "json",
        ...quietly,
      );
      const ingest = ingestOf(found);
      const selected = records.filter(chosen);
      expect(selected.length).toBeGreaterThan(0);
      expect(ingest).toMatchObject({
        read: records.length,
        leftOut: records.length - selected.length,
        stored: unique(selected),
        duplicates: selected.length - unique(selected),
      });
    },
    30_000,
  );

  const whole = readJson(STOP).Records;
  const logGroup = {
    messageType: "DATA_MESSAGE",
    owner: "123456789012",
    logGroup: "trail",
    logStream: "s",
    subscriptionFilters: ["f"],
    logEvents: whole.map((record: LoggedRecord, at: number) => ({
      id: String(at),
      timestamp: 0,
      message: JSON.stringify(record),
    })),
  };
  test.each<[string, string | Uint8Array]>([
    ["an array, with a byte order mark", `\ufeff${JSON.stringify(whole)}`],
    ["lines", whole.map((record: LoggedRecord) => JSON.stringify(record)).join("\n")],
    ["a subscription's payload, in gzip", gzipSync(JSON.stringify(logGroup))],
  ])(
    "standard input: %s",
    async (name, input) => {
      const found = await runWith(
        input,
        "analyze",
        "-",
        ...folder.out(`stdin ${name}`),
        "--format",
        "json",
        ...quietly,
      );
      expect(found.code).toBe(0);
      expect(ingestOf(found)).toMatchObject({ read: whole.length, stored: whole.length, quarantined: {} });
    },
    30_000,
  );

  test("what is broken is kept apart with its place and reason, and the rest goes on", async () => {
    const [record] = whole;
    const lines = [
      JSON.stringify(record),
      "{broken",
      JSON.stringify({ ...record, eventID: "other", eventTime: 7 }),
      JSON.stringify({ ...record, eventID: "another", eventTime: undefined }),
      JSON.stringify(record),
    ];
    const logs = folder.at("broken.ndjson");
    writeFileSync(logs, lines.join("\n"));
    const cut = folder.at("cut.json.gz");
    writeFileSync(cut, gzipSync(JSON.stringify({ Records: whole })).subarray(0, -20));
    const found = await run("analyze", logs, cut, ...folder.out("broken"), "--format", "json", ...quietly);
    expect(found.code).toBe(0);
    const ingest = ingestOf(found);
    const quarantined = Object.values<number>(ingest.quarantined).reduce((sum, count) => sum + count, 0);
    expect(ingest.read).toBe(ingest.stored + ingest.duplicates + quarantined);
    const kept = readFileSync(folder.at("broken", "quarantine.ndjson"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(kept).toHaveLength(quarantined);
    expect(kept.filter(({ file }) => file === logs).map(({ position, reason }) => `${position}: ${reason}`)).toEqual([
      expect.stringMatching(/: broken-json$/),
      "record 3: wrong-type",
      "record 4: missing-field",
    ]);
    expect(kept.filter(({ file }) => file === cut)).toEqual([expect.objectContaining({ reason: "truncated-gzip" })]);
    const told = await run("analyze", logs, cut, ...folder.out("broken"), ...quietly);
    expect(told.stdout).toContain(`${quarantined} quarantined`);
  }, 30_000);
});

describe("what is wrong is said, with what to do", () => {
  const written = (name: string, text: string): string => {
    writeFileSync(folder.at(name), text);
    return folder.at(name);
  };
  const config = (text: string) => ["analyze", STOP, "--config", written("wrong.yaml", text)];
  const organization = (text: string) => ["analyze", STOP, "--organization", written("wrong.json", text)];

  test.each<[string, () => string[], number, RegExp]>([
    ["no path", () => ["analyze"], 2, /missing required argument 'path'/],
    ["an unknown option, nearly right", () => ["analyze", STOP, "--quite"], 2, /Did you mean --quiet/],
    ["an unknown command", () => ["analyse", STOP], 2, /Did you mean analyze/],
    ["an unknown format", () => ["analyze", STOP, "--format", "xml"], 2, /text, json, ndjson, markdown/],
    ["an unknown severity", () => ["analyze", STOP, "--fail-on", "bad"], 2, /low, medium, high, critical/],
    ["no time", () => ["analyze", STOP, "--from", "yesterday"], 2, /--from yesterday .*\n.*2026-11-01/],
    ["no count", () => ["analyze", STOP, "--workers", "many"], 2, /--workers many/],
    ["a place that is not there", () => ["analyze", "no/such/folder"], 3, /no file or folder no\/such\/folder/],
    ["a folder without files", () => ["analyze", folder.at("quiet-none")], 3, /quiet-none/],
    [
      "a misspelt key",
      () => config("detection:\n  histroyDays: 3\n"),
      2,
      /histroyDays.*\n.*Did you mean detection\.historyDays\?/,
    ],
    [
      "a value of the wrong kind",
      () => config("detection:\n  historyDays: soon\n"),
      2,
      /detection\.historyDays is "soon"/,
    ],
    ["no YAML", () => config("a: [1"), 2, /wrong\.yaml is not YAML/],
    ["no configuration at all", () => ["analyze", STOP, "--config", "no.yaml"], 2, /no\.yaml/],
    ["no JSON", () => organization("{"), 2, /wrong\.json is not JSON/],
    ["no accounts", () => organization('{"people": []}'), 2, /no list "Accounts"/],
    [
      "an account twice",
      () => organization('[{"Id":"111122223333","Name":"a"},{"Id":"111122223333","Name":"b"}]'),
      2,
      /111122223333 is listed twice/,
    ],
    ["no organization at all", () => ["analyze", STOP, "--organization", "no.json"], 2, /no\.json/],
  ])(
    "%s",
    async (_name, args, code, words) => {
      const result = await run(...args(), ...folder.out("errors"));
      expect(result.stderr).toMatch(words);
      expect(result).toMatchObject({ code, stdout: "" });
      expect(result.stderr).not.toMatch(/\n\s+at /);
    },
    30_000,
  );

  test.each([
    ["show", "20261101-00000000"],
    ["timeline", "20261101-00000000"],
    ["incidents", null],
    ["report", null],
    ["query", "select 1"],
  ])(
    "%s where nothing was analysed",
    async (command, argument) => {
      const result = await run(command, ...(argument === null ? [] : [argument]), ...folder.out("nothing here"));
      expect(result).toMatchObject({ code: 4, stdout: "" });
      expect(result.stderr).toMatch(/nothing here.*\n.*next: .*trailwatch analyze/);
      expect(existsSync(folder.at("nothing here"))).toBe(false);
    },
    30_000,
  );

  test.each([
    "drop view usage_events",
    "delete from events",
    "copy usage_events to 'stolen.csv'",
    "select * from read_csv('/etc/passwd')",
    "attach 'other.duckdb'",
    "select 1; select 2",
  ])(
    "the store refuses: %s",
    async (sql) => {
      const refused = await run("query", sql, ...folder.out("stop"));
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(existsSync("stolen.csv")).toBe(false);
    },
    30_000,
  );

  test.each(["show", "timeline", "acknowledge"])(
    "%s knows no such incident",
    async (command) => {
      const more = command === "acknowledge" ? ["--reason", "mine"] : [];
      const missing = await run(command, "nothing", ...more, ...folder.out("stop"));
      expect(missing).toMatchObject({ code: 4, stdout: "" });
      expect(missing.stderr).toMatch(/no incident nothing/);
    },
    30_000,
  );
});

test("--fresh forgets what the store held", async () => {
  await run("analyze", STOP, ...folder.out("fresh"), ...quietly);
  const added = await run("analyze", ORDINARY, ...folder.out("fresh"), "--format", "json", ...quietly);
  expect(JSON.parse(added.stdout).accounts).toHaveLength(2);
  const alone = await run("analyze", ORDINARY, ...folder.out("fresh"), "--fresh", "--format", "json", ...quietly);
  expect(JSON.parse(alone.stdout).accounts).toHaveLength(1);
}, 30_000);
