import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { ProvisioningReport } from "#adapters/opensearch/provisioning/plan.ts";
import type { OpenSearchStatus } from "#adapters/opensearch/provisioning/status.ts";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import { configurationWith, connectCluster } from "../../../cli/opensearch/connect-cluster.ts";
import { renderStatus } from "../../../cli/render/opensearch-status.ts";
import { renderProvisioning } from "../../../cli/render/provisioning.ts";
import { temporaryFolder } from "../../cli/trailwatch.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());
const written = (name: string, text: string): string => {
  writeFileSync(folder.at(name), text);
  return folder.at(name);
};

describe("how a cluster is reached", () => {
  test.each([
    [{ url: "example.com:9200" }, /--url is no http or https address/],
    [{ url: "https://me:secret@example.com" }, /has a user name or password in it/],
    [{ url: "https://a.example", username: "me" }, /only one given/],
    [{ url: "https://a.example", username: "me", passwordFile: "x", sigv4: "eu-west-1" }, /--username and --sigv4/],
    [{ url: "https://a.example", roleArn: "arn:aws:iam::111111111111:role/x" }, /are for signed requests/],
    [{ url: "https://a.example", username: "me", passwordFile: "/nowhere/password" }, /cannot read --password-file/],
    [{ url: "https://a.example", ca: "/nowhere/ca.pem" }, /cannot read --ca/],
    [{ url: "https://a.example", dashboardsUrl: "nope" }, /--dashboards-url is no http/],
  ])("%j is refused", (options, message) => {
    expect(() => connectCluster(options)).toThrow(message);
    expect(() => connectCluster(options)).not.toThrow(/secret/);
  });

  test("the dashboards' base path is kept apart from their address", async () => {
    const password = written("password", "secret\n");
    const cluster = connectCluster({
      url: "https://a.example:9200/",
      username: "me",
      passwordFile: password,
      dashboardsUrl: "https://a.example/_dashboards/",
    });
    expect(cluster.connection.url).toBe("https://a.example:9200");
    expect(cluster.dashboards).toMatchObject({ basePath: "/_dashboards", tenant: "global" });
    expect(cluster.dashboards?.connection.url).toBe("https://a.example");
    await cluster.close();
  });
});

describe("who is told", () => {
  const topic = "arn:aws:sns:us-east-1:111111111111:bell";
  const role = "arn:aws:iam::111111111111:role/ring";
  const config = written(
    "trailwatch.yaml",
    `opensearch: { alerts: { snsTopicArn: "${topic}", snsRoleArn: "${role}" } }`,
  );
  const alerts = (options: Parameters<typeof configurationWith>[0]) => configurationWith(options).opensearch.alerts;

  test("stands in the configuration, unless the command line says otherwise", () => {
    expect(alerts({ config })).toMatchObject({ snsTopicArn: topic, snsRoleArn: role, webhook: null });
    const webhook = "https://example.com/in";
    expect(alerts({ config, webhook })).toMatchObject({ snsTopicArn: null, snsRoleArn: null, webhook });
    expect(alerts({ config, snsTopicArn: `${topic}-2` })).toMatchObject({
      snsTopicArn: `${topic}-2`,
      snsRoleArn: role,
    });
    expect(alerts({ snsTopicArn: topic, snsRoleArn: role })).toMatchObject({ snsTopicArn: topic, snsRoleArn: role });
  });

  test("both at once are refused", () => {
    expect(() => alerts({ snsTopicArn: topic, webhook: "https://example.com" })).toThrow(/not both/);
  });
});

const plain = { width: 100, colour: false };

describe("what is said of a run", () => {
  const report: ProvisioningReport = {
    engine: { version: "3.7.0", plugins: [] },
    results: [
      {
        kind: "index template",
        name: "usage-events",
        action: "nothing",
        outcome: "unchanged",
        reason: "is as it should be",
      },
      {
        kind: "channel",
        name: "trailwatch-sns",
        action: "create",
        outcome: "failed",
        reason: "OpenSearch answers with 403",
        nextStep: "Map the role.",
        code: "OPENSEARCH_FORBIDDEN",
      },
      {
        kind: "monitor",
        name: "all",
        action: "leave",
        outcome: "skipped",
        reason: "is not tried",
        nextStep: "Mend it.",
      },
      { kind: "detector", name: "a\u001b[31mb", action: "create", outcome: "done", reason: "learns" },
    ],
  };

  test("failures stand out with what to do, what is as it should be is only counted, and no name moves the terminal", () => {
    expect(renderProvisioning("apply", report, "https://a.example", plain)).toBe(
      [
        "OpenSearch 3.7.0 at https://a.example: 1 failed, 1 not tried, 1 done, 1 as they should be",
        "",
        "! channel trailwatch-sns FAILED",
        "    OpenSearch answers with 403",
        "    next: Map the role.",
        "! monitor all not tried",
        "    is not tried",
        "    next: Mend it.",
        "+ detector a\\x1b[31mb",
        "    learns",
        "",
      ].join("\n"),
    );
  });

  test("a plan without changes says so", () => {
    const calm = { ...report, results: report.results.slice(0, 1) };
    expect(renderProvisioning("plan", calm, "https://a.example", plain)).toBe(
      "OpenSearch 3.7.0 at https://a.example: 1 as they should be\n",
    );
  });
});

test("the status says what is kept, how fresh it is, and which detector is silent", () => {
  const now = Date.UTC(2026, 10, 20, 12);
  const status: OpenSearchStatus = {
    engine: { version: "2.19.1", plugins: ["detectors"] },
    versions: { state: 1, mappings: 1 },
    stores: [
      {
        pattern: "usage-events-*",
        indices: 2,
        documents: 12_345,
        bytes: 5 * 2 ** 20,
        newest: now - 7 * MINUTE,
        broken: ["usage-events-2026.11.19"],
      },
      { pattern: "trailwatch-incidents", indices: 0, documents: 0, bytes: 0, newest: null, broken: [] },
    ],
    retention: { by: "schedule", eventDays: 90, rollupDays: 400 },
    detectors: [
      {
        name: "trailwatch-denied-calls",
        title: "Denied calls by account and region",
        condition: "silent",
        error: "",
        past: "FINISHED",
        newest: now - 3 * HOUR,
        anomalies: 1,
        entities: { covered: 2, total: 3, names: ["1|a", "2|b"] },
        modelBytes: 801_536,
      },
    ],
    coverage: {
      active: 3,
      excluded: ["3|c"],
      memory: { bytes: 100 * 2 ** 20, basis: "10 % of 1000 MiB heap of the data nodes", entities: 2 },
    },
    monitor: { enabled: true, channel: "trailwatch-sns" },
  };
  expect(renderStatus(status, "https://a.example", now, plain)).toBe(
    [
      "OpenSearch 2.19.1 at https://a.example: provisioned, mappings of version 1",
      "Kept: events 90 days, roll-ups 400 days, deleted by the schedule that rolls up",
      "",
      "usage-events-*: 12,345 documents, 5 MiB in 2 indices; newest 2026-11-20 11:53 UTC (7 minutes ago); NOT READABLE: usage-events-2026.11.19",
      "trailwatch-incidents: nothing yet",
      "",
      "silent trailwatch-denied-calls",
      "    2 of 3 entities covered, 1 MiB; judged up to 2026-11-20 09:00 UTC (3 hours ago); 1 anomaly; past",
      "    finished",
      "",
      "Memory: 100 MiB (10 % of 1000 MiB heap of the data nodes) hold 2 entities of each detector; 3",
      "    active; left out as the quietest: 3|c",
      "",
      "Alerts: the monitor is on and rings trailwatch-sns",
      "",
    ].join("\n"),
  );
});
