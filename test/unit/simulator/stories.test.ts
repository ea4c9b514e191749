import { expect, test } from "@jest/globals";
import { plant } from "#simulator/plants/index.ts";
import { DAY } from "#simulator/time.ts";
import { makeWorld } from "#simulator/world.ts";
import { type LoggedRecord, recordsOf, worldOf } from "./small-world.ts";

const INCIDENTS = [
  "47-instances",
  "denied-storm",
  "fake-terraform",
  "gpu-mining",
  "lambda-loop",
  "logging-switched-off",
  "model-spree",
  "nat-leak",
  "secrets-sweep",
  "stolen-role-three-accounts",
  "volumes-never-freed",
];

test.each([1, 2, 3, 4, 5, 6])("seed %i: everything is planted, late enough and apart", (seed) => {
  const world = makeWorld({ accounts: 12, days: 21, seed });
  const { stories, leftOut, outage } = plant(world);
  expect(leftOut).toEqual([]);
  expect(
    stories
      .filter((story) => story.kind === "incident")
      .map((story) => story.name)
      .sort(),
  ).toEqual(INCIDENTS);
  expect(outage).not.toBeNull();
  const last = stories.filter((story) => story.name !== "new-account");
  for (const story of last) {
    expect(Date.parse(story.start)).toBeGreaterThanOrEqual(world.start + 14 * DAY);
    expect(Date.parse(story.end)).toBeLessThan(world.end);
    expect(story.principals.length + (story.kind === "benign" ? 1 : 0)).toBeGreaterThan(0);
  }
  const pairs = last.flatMap((a, index) => last.slice(index + 1).map((b) => [a, b] as const));
  for (const [a, b] of pairs) {
    // The release role's own account only has its copy of what happened elsewhere.
    const shared = a.accounts.filter(
      (id) =>
        b.accounts.includes(id) &&
        a.name !== "one-action-logged-in-two-accounts" &&
        b.name !== "one-action-logged-in-two-accounts",
    );
    if (shared.length > 0) expect(a.end < b.start || b.end < a.start).toBe(true);
  }
});

const world = worldOf(7, 9, 11);
const records = new Map([...recordsOf(world)].map(({ record }) => [record.eventID, record]));
const story = (name: string) => {
  const found = world.truth.planted.find((planted) => planted.name === name);
  if (!found) throw new Error(`${name} is not planted: ${JSON.stringify(world.truth.leftOut)}`);
  return found;
};
const eventsOf = (name: string): LoggedRecord[] =>
  story(name).eventIds.map((id) => {
    const record = records.get(id);
    if (!record) throw new Error(`${name}: ${id} is in no file`);
    return record;
  });

test("47 instances within ten minutes in prod-main, eu-west-1, by one principal", () => {
  const launches = eventsOf("47-instances").filter((record) => record.eventName === "RunInstances");
  const count = launches.reduce((sum, record) => sum + record["responseElements"].instancesSet.items.length, 0);
  expect(count).toBe(47);
  const times = launches.map((record) => Date.parse(record.eventTime)).sort((a, b) => a - b);
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(600_000);
  expect(new Set(launches.map((record) => record.awsRegion))).toEqual(new Set(["eu-west-1"]));
  const [who] = story("47-instances").principals;
  expect(new Set(launches.map((record) => record.userIdentity.arn))).toEqual(new Set([who?.arn]));
});

test("what the stories measure is what their records say", () => {
  const gpu = eventsOf("gpu-mining");
  const launched = gpu.filter((record) => record.eventName === "RunInstances" && !record.errorCode);
  expect(launched.reduce((sum, record) => sum + record["responseElements"].instancesSet.items.length, 0)).toBe(
    story("gpu-mining").measures["instances"],
  );
  expect(gpu.filter((record) => record.eventName === "RunInstances" && record.errorCode)).toHaveLength(
    story("gpu-mining").measures["refusedLaunches"] ?? -1,
  );
  const volumes = eventsOf("volumes-never-freed");
  expect(volumes.filter((record) => record.eventName === "CreateVolume")).toHaveLength(
    story("volumes-never-freed").measures["volumes"] ?? -1,
  );
  expect(volumes.filter((record) => record.eventName === "DeleteVolume" && !record.errorCode)).toEqual([]);
  expect(eventsOf("nat-leak").filter((record) => record.eventName === "CreateNatGateway")).toHaveLength(
    story("nat-leak").measures["natGateways"] ?? -1,
  );
  expect(
    eventsOf("secrets-sweep").filter((record) => record.eventName === "GetSecretValue" && !record.errorCode),
  ).toHaveLength(story("secrets-sweep").measures["secretsRead"] ?? -1);
});

test("long stories say how many records they made, and give a sample", () => {
  const loop = story("lambda-loop");
  expect(loop.eventCount).toBeGreaterThan(4000);
  expect(loop.eventIds.length).toBeLessThanOrEqual(400);
  expect(eventsOf("lambda-loop").length).toBe(loop.eventIds.length);
});

test("every record of a story is delivered, within its window, in its accounts", () => {
  for (const planted of world.truth.planted) {
    for (const record of eventsOf(planted.name)) {
      expect(record.eventTime >= planted.start && record.eventTime <= planted.end).toBe(true);
    }
    const places = new Set(eventsOf(planted.name).map((record) => record.recipientAccountId));
    for (const account of planted.accounts) expect(places).toContain(account);
  }
});

test("the posing attacker has the pipeline's role and tool, but not its network", () => {
  const fake = eventsOf("fake-terraform");
  const usual = eventsOf("terraform-as-usual").filter((record) => record.userIdentity.type === "AssumedRole");
  expect(fake.every((record) => record["userAgent"].includes("Terraform/"))).toBe(true);
  expect(fake.some((record) => usual.some((other) => other["sourceIPAddress"] === record["sourceIPAddress"]))).toBe(
    false,
  );
});

test("a session's key was issued in the logs, but for the stolen one", () => {
  const issued = new Set<string>();
  for (const record of records.values()) {
    if (record.eventName === "AssumeRoleWithWebIdentity")
      issued.add(record["responseElements"].credentials.accessKeyId);
  }
  const keys = (name: string): unknown[] =>
    eventsOf(name)
      .filter((record) => record.userIdentity.type === "AssumedRole")
      .map((record) => (record.userIdentity as { accessKeyId?: string }).accessKeyId);
  expect(keys("new-account").filter((key) => issued.has(String(key))).length).toBeGreaterThan(20);
  expect(keys("fake-terraform").some((key) => issued.has(String(key)))).toBe(false);
});

test("what a deployment does on purpose carries invokedBy, which a caller cannot set", () => {
  const launches = eventsOf("fleet-tripled").filter((record) => record.eventName === "RunInstances");
  expect(launches.length).toBeGreaterThan(2);
  for (const launch of launches) expect(launch.userIdentity.invokedBy).toBe("autoscaling.amazonaws.com");
});
