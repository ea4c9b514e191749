import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { writeWorld } from "#simulator/write.ts";
import { type Ended, ended, readJson, run, said, start, temporaryFolder } from "./trailwatch.ts";

/** One small organization, analysed once for all; what follows in this file goes on from that store. */
const folder = temporaryFolder();
const logs = folder.at("world", "AWSLogs");
const organization = ["--organization", folder.at("world", "organization.json")];
const json = ["--format", "json", "--no-report"];
const analyse = (name: string, ...more: string[]): Promise<Ended> =>
  run("analyze", logs, ...organization, ...folder.out(name), ...more);

interface Counts {
  readonly ingest: Readonly<Record<string, number>> & { readonly quarantined: Readonly<Record<string, number>> };
}

let truth: ReturnType<typeof readJson>;
let whole: Ended;

beforeAll(async () => {
  writeWorld({ out: folder.at("world"), accounts: 2, days: 1, seed: 5 });
  truth = readJson(folder.at("world", "truth.json"));
  whole = await analyse("whole", "--format", "json");
}, 120_000);
afterAll(() => folder.remove());

const incidentsOf = ({ stdout }: Ended) => JSON.parse(stdout).incidents;
const expectNothingLost = ({ stdout }: Ended): void => {
  const { ingest } = JSON.parse(stdout) as Counts;
  const quarantined = Object.values(ingest.quarantined).reduce((sum, count) => sum + count, 0);
  expect(ingest["read"]).toBe(
    (ingest["stored"] ?? 0) + (ingest["duplicates"] ?? 0) + quarantined + (ingest["leftOut"] ?? 0),
  );
};

describe("trailwatch analyze", () => {
  test("accounts for every record that was written, and finds what was planted", () => {
    expect(whole.code).toBe(0);
    expectNothingLost(whole);
    const { ingest, incidents, accounts } = JSON.parse(whole.stdout);
    expect(ingest).toMatchObject({
      stored: truth.events + truth.insights,
      duplicates: truth.duplicates,
      insights: truth.insights,
      conflicts: 0,
      quarantined: {},
    });
    expect(accounts).toHaveLength(2);
    expect(incidents.filter(({ paging }: { paging: { paged: boolean } }) => paging.paged).length).toBeGreaterThan(1);
  });

  test("says the same bytes again, whatever the number of threads; the report too", async () => {
    const again = await analyse("again", "--format", "json", "--workers", "2");
    expect(again.stdout).toBe(whole.stdout);
    expect(readFileSync(folder.at("again", "report.html"), "utf8")).toBe(
      readFileSync(folder.at("whole", "report.html"), "utf8"),
    );
  }, 60_000);

  test("a second run reads no file again and says the same, redacted if asked", async () => {
    const again = await analyse("whole", "--format", "json", "--redact", "--report", folder.at("redacted.html"));
    const { ingest } = JSON.parse(again.stdout);
    const first = JSON.parse(whole.stdout).ingest;
    expect(ingest.filesSkipped).toBe(first.files + first.filesLeftOut.digest);
    expect(incidentsOf(again)).toHaveLength(incidentsOf(whole).length);

    const page = readFileSync(folder.at("redacted.html"), "utf8");
    for (const secret of secrets(whole)) {
      expect(whole.stdout).toContain(secret);
      expect(again.stdout).not.toContain(secret);
      expect(page).not.toContain(secret);
    }
    const kept = await run("incidents", ...folder.out("whole"), "--format", "json");
    expect(JSON.parse(kept.stdout)).toEqual(incidentsOf(whole));
  }, 60_000);

  test("--account is all that is read", async () => {
    const [account, events] = Object.entries<number>(truth.eventsByAccount)[1] ?? ["", 0];
    const { stdout } = await analyse("one", "--account", account, ...json, "--quiet");
    const { accounts, ingest } = JSON.parse(stdout);
    expect(accounts.map(({ context }: { context: { id: string } }) => context.id)).toEqual([account]);
    expect(ingest.stored - ingest.insights).toBe(events);
    expect(ingest.files).toBeLessThan(JSON.parse(whole.stdout).ingest.files);
  }, 60_000);

  test("stopped by Ctrl-C, or killed, it leaves a store with which the next run goes on", async () => {
    const place = folder.out("interrupted");
    const command = ["analyze", logs, ...organization, ...place, ...json];
    const reading = /of [\d,]+ files/;

    const interrupted = start(command);
    const end = ended(interrupted);
    await said(interrupted, reading);
    // held while the other tries, however fast the machine reads; the signal reaches it when it goes on
    interrupted.kill("SIGSTOP");
    const other = await run("analyze", logs, ...place);
    expect(other.code).toBe(4);
    expect(other.stderr).toContain("open in another process");
    interrupted.kill("SIGINT");
    interrupted.kill("SIGCONT");
    expect(await end).toMatchObject({ code: 130, stdout: "" });
    const opened = await run("query", "select count(*) as n from usage_events", ...place, "--format", "json");
    expect(opened.code).toBe(0);

    const killed = start(command);
    const death = ended(killed);
    await said(killed, reading);
    killed.kill("SIGKILL");
    expect((await death).signal).toBe("SIGKILL");

    const stopped = start(command);
    const late = ended(stopped);
    await said(stopped, /counting and comparing/);
    stopped.kill("SIGINT");
    expect((await late).signal).toBe("SIGINT");

    const finished = await ended(start(command));
    expect(finished.code).toBe(0);
    expectNothingLost(finished);
    const { ingest, ...rest } = JSON.parse(finished.stdout);
    const { ingest: wholeIngest, ...wholeRest } = JSON.parse(whole.stdout);
    expect(rest).toEqual(wholeRest);
    expect({ ...ingest, filesSkipped: 0 }).toEqual(wholeIngest);
  }, 120_000);
});

describe("after an analysis", () => {
  const place = folder.out("whole");

  test("an incident is shown by the beginning of its id, and said as it would be sent", async () => {
    const { id, explanation } = incidentsOf(whole)[0];
    const shown = await run("show", id.slice(0, -2), ...place);
    expect(shown.code).toBe(0);
    expect(shown.stdout.replaceAll(/\s+/g, " ")).toContain(explanation.summary);
    const notification = await run("show", id, ...place, "--notification", "text");
    const headings = [
      "🚨 AWS Usage Anomaly Detected - Enhanced Insights",
      "📊 ANOMALY SUMMARY:",
      "🔍 POTENTIAL CAUSES:",
      "💡 RECOMMENDED ACTIONS:",
      "💰 COST IMPACT:",
    ];
    const found = headings.map((heading) => notification.stdout.indexOf(heading));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found).not.toContain(-1);
  }, 30_000);

  test("its events are told with their places, and its records printed as they were logged", async () => {
    const { id, eventIds, accounts } = incidentsOf(whole)[0];
    const told = await run("timeline", id, ...place, "--limit", "1");
    expect(told.stdout).toContain(accounts[0].id);
    expect(told.stdout).toMatch(/ \[f1#\d+\]\n\nf1 {2}.+AWSLogs.+\.json\.gz\n$/);
    const raw = await run("timeline", id, ...place, "--raw");
    const records = raw.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.map(({ eventID }) => eventID)).toEqual(eventIds);
    expect(records[0]).toHaveProperty("userIdentity");
  }, 30_000);

  test("who changed a resource is told", async () => {
    const { stdout } = await run(
      "query",
      "select resource, event_id from usage_events where action = 'StopInstances' or action = 'RunInstances' and resource is not null limit 1",
      ...place,
      "--format",
      "json",
    );
    const [{ resource }] = JSON.parse(stdout);
    const history = await run("history", resource, ...place);
    expect(history.code).toBe(0);
    expect(history.stdout).toContain(resource);
    expect(history.stdout).toMatch(/^ {2}by .+ from /m);
  }, 30_000);

  test("what a person decided holds in the next analysis", async () => {
    const [first, second] = incidentsOf(whole);
    const reason = "the platform team has it";
    expect((await run("acknowledge", first.id, "--reason", reason, ...place)).code).toBe(0);
    const until = "2030-01-01T00:00:00Z";
    expect((await run("snooze", second.id, "--reason", "a game day", "--until", until, ...place)).code).toBe(0);
    const again = incidentsOf(await analyse("whole", ...json, "--quiet"));
    const now = (id: string) => again.find((incident: { id: string }) => incident.id === id);
    expect(now(first.id)).toMatchObject({ paging: { paged: false }, mute: { kind: "acknowledged", reason } });
    expect(now(second.id)).toMatchObject({
      paging: { paged: false },
      mute: { kind: "snooze", reason: "a game day", until: Date.parse(until) },
    });
  }, 60_000);

  test("what a person said of an incident afterwards is learnt", async () => {
    const [, , third] = incidentsOf(whole);
    const note = "the load test of every autumn";
    const { code, stderr } = await run("label", third.id, "noise", "--note", note, ...place);
    expect(code).toBe(0);
    expect(stderr).toContain(`${third.id}: labelled noise`);
    const again = incidentsOf(await analyse("whole", ...json, "--quiet"));
    expect(again.find((incident: { id: string }) => incident.id === third.id)).toMatchObject({
      expected: { expected: true, reasons: [`labelled noise: ${note}`] },
      label: { incident: third.id, verdict: "noise", note },
      paging: { paged: false },
    });
    const refused = await run("label", third.id, "false", "--note", note, ...place);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("true, expected, noise");
  }, 60_000);

  test("the report is written again, with the configuration of the day", async () => {
    const file = folder.at("later.html");
    const { code, stdout } = await run("report", ...place, ...organization, "--report", file);
    expect(code).toBe(0);
    expect(stdout).toBe("");
    expect(readFileSync(file, "utf8")).toContain("</html>");
  }, 30_000);
});

/** Accounts, people, keys and addresses that the incidents name. */
function secrets(from: Ended): Set<string> {
  const { accounts, incidents } = JSON.parse(from.stdout);
  const found = new Set<string>();
  for (const { context } of accounts) found.add(context.id).add(context.alias);
  for (const { findings } of incidents) {
    for (const { facets } of findings) {
      for (const facet of [...facets.accessKeys, ...facets.sourceIps])
        if (!facet.value.includes(".amazonaws.com")) found.add(facet.value);
      for (const { value } of facets.sessions) if (value.includes("@")) found.add(value);
    }
  }
  return found;
}
