import { expect, test } from "@jest/globals";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { placeAt } from "#core/domain/account.ts";
import { plant } from "#simulator/plants/index.ts";
import { makeWorld } from "#simulator/world.ts";
import { recordsOf, worldOf } from "./small-world.ts";

const world = worldOf(12, 5, 3, true);
const storyOf = (name: string) => {
  const story = world.truth.planted.find((one) => one.name === name);
  if (!story) throw new Error(`not planted: ${name}`);
  return story;
};
const records = [...recordsOf(world)].map(({ record }) => record);

test("an account is closed: nothing happens in it any more, and organization.json knows since when", () => {
  const { accounts, start } = storyOf("account-closed");
  const times = records
    .filter(({ recipientAccountId }) => recipientAccountId === accounts[0])
    .map(({ eventTime }) => eventTime);
  expect(times.length).toBeGreaterThan(1000);
  expect(times.every((time) => time < start)).toBe(true);
  const { closedAt } = directory().account(accounts[0] ?? "");
  expect(new Date(closedAt ?? 0).toISOString()).toBe(start.replace("Z", ".000Z"));
});

test("an account moves: it goes on with what it did, and begins to do what accounts there do", () => {
  const { accounts, start } = storyOf("account-moved");
  const launches = records
    .filter(({ recipientAccountId, eventName }) => recipientAccountId === accounts[0] && eventName === "RunInstances")
    .map(({ eventTime, userIdentity }) => ({
      time: eventTime,
      runner: userIdentity.arn?.includes("ci-runner") === true,
    }));
  expect(launches.filter(({ time, runner }) => runner && time < start)).toEqual([]);
  expect(launches.some(({ time, runner }) => runner && time > start)).toBe(true);
  const account = directory().account(accounts[0] ?? "");
  expect(placeAt(account, Date.parse(start) - 1)).toMatchObject({
    type: "development",
    ouPath: "/Workloads/Development",
  });
  expect(placeAt(account, Date.parse(start))).toMatchObject({ type: "staging", ouPath: "/Workloads/Staging" });
});

test.each([1, 2, 3, 4, 5, 6])("seed %i: incidents are planted in the account that moved and in the new one", (seed) => {
  const { stories, leftOut } = plant(makeWorld({ accounts: 12, days: 21, seed, reorganize: true }));
  expect(leftOut).toEqual([]);
  const named = new Map(stories.map((story) => [story.name, story]));
  expect(named.get("47-instances-after-a-move")?.accounts).toEqual(named.get("account-moved")?.accounts.slice(0, 1));
  expect(named.get("47-instances-in-a-new-account")?.accounts).toEqual(named.get("new-account")?.accounts.slice(0, 1));
});

const directory = () =>
  parseOrganization(JSON.parse(world.files.get("organization.json") ?? ""), contextConfigSchema.parse({}));
