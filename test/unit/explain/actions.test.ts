import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import * as ask from "#core/explain/actions/commands.ts";
import * as page from "#core/explain/actions/console-urls.ts";
import { shellArgument } from "#core/explain/actions/shell.ts";
import { STORIES } from "./stories.ts";
import { TEN_MINUTES } from "./world.ts";

/** Operations that change nothing. */
const READ_ONLY = /^aws [a-z0-9-]+ (?:describe|list|get|lookup)-[a-z-]+( --[a-z-]+([= ]\S.*)?)*$/s;

test("every command that is offered is read-only", async () => {
  const commands = (await Promise.all(Object.values(STORIES).map((make) => make()))).flatMap(({ incident }) =>
    incident.explanation.actions.flatMap(({ command }) => command ?? []),
  );
  expect(commands.length).toBeGreaterThan(20);
  for (const command of commands) {
    expect(command).toMatch(READ_ONLY);
    expect(command).not.toMatch(/get-(?:secret-value|session-token|federation-token|login-profile|object|parameter)/);
  }
});

test("every command that can be made is read-only", () => {
  for (const [name, make] of Object.entries(ask)) {
    const command = (make as (...values: unknown[]) => string | null)(...argumentsOf(name));
    expect([name, command]).toEqual([name, expect.stringMatching(READ_ONLY)]);
  }
});

const argumentsOf = (name: string): readonly unknown[] =>
  name === "lookupEvents"
    ? ["eu-west-1", "Username", "ana", TEN_MINUTES]
    : ["eu-west-1", /describeInstances|stacksChanged|describeVolumes/.test(name) ? TEN_MINUTES : "resize"];

/** Arguments as a shell hands them to a program. */
const parsed = (command: string): readonly string[] =>
  execFileSync("sh", ["-c", `printf '%s\\0' ${command}`])
    .toString("utf8")
    .split("\0")
    .slice(0, -1);

const HOSTILE = [
  "'",
  "'; touch /tmp/x; '",
  "$(id)",
  "`id`",
  "a b",
  "-rf",
  "--profile=evil",
  "\\",
  '"',
  "!!",
  "*",
  "~",
  "#x",
  "a'b\"c$d",
  "&& id",
  "日本",
  "%s",
];

test("a hostile name stays one argument", () => {
  for (const value of HOSTILE) {
    const command = ask.accessKeysOf(value);
    const words = parsed(command ?? "");
    const option = words[3] === "--user-name" ? words[4] : words[3]?.replace(/^--user-name=/, "");
    expect([value, words.length <= 5, option]).toEqual([value, true, value]);
  }
});

test("any name that is offered for pasting parses back to itself; what cannot be seen is not offered", () => {
  const values = fc.sample(fc.string({ unit: "binary", minLength: 1, maxLength: 30 }), { numRuns: 300, seed: 1 });
  const arguments_ = values.map(shellArgument);
  const offered = values.filter((_, at) => arguments_[at] !== null);
  expect(offered.length).toBeGreaterThan(20);
  expect(parsed(arguments_.filter((value) => value !== null).join(" "))).toEqual(offered);
  expect(shellArgument("a\u001b[31m")).toBeNull();
  expect(shellArgument("a\nb")).toBeNull();
  expect(shellArgument("a\u202eb")).toBeNull();
});

test("a value with commas or quotes goes into lookup-events as JSON", () => {
  const command = ask.lookupEvents("eu-west-1", "Username", `a,AttributeValue="b"`, TEN_MINUTES) ?? "";
  const words = parsed(command);
  expect(JSON.parse(words[words.indexOf("--lookup-attributes") + 1] ?? "")).toEqual([
    { AttributeKey: "Username", AttributeValue: `a,AttributeValue="b"` },
  ]);
});

test("console links fit the partition, encode what comes from logs, and never take a host from them", () => {
  expect(page.instancesUrl("eu-west-1")).toBe(
    "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:instanceState=running;sort=-launchTime",
  );
  expect(page.instancesUrl("cn-north-1")).toMatch(/^https:\/\/cn-north-1\.console\.amazonaws\.cn\//);
  expect(page.instancesUrl("us-gov-west-1")).toMatch(/^https:\/\/us-gov-west-1\.console\.amazonaws-us-gov\.com\//);
  expect(page.iamUserUrl(["cn-north-1"], "ana")).toMatch(/^https:\/\/cn-north-1\.console\.amazonaws\.cn\/iam\//);
  expect(page.costExplorerUrl(["us-gov-west-1"])).toBeNull();
  expect(page.instancesUrl("evil.example/")).toBeNull();
  expect(page.eventHistoryUrl("eu-west-1", "Username", "a&b #c'(d)")).toBe(
    "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events?Username=a%26b%20%23c%27%28d%29",
  );
});
