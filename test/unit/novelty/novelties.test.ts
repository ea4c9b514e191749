import { expect, test } from "@jest/globals";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { DAY, type EpochMs, HOUR } from "#core/domain/time.ts";
import { completeNovelties } from "#core/novelty/complete-novelties.ts";
import { noveltyConfigSchema } from "#core/novelty/config.ts";
import { findNovelties } from "#core/novelty/find-novelties.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { AccountCoverage, FirstSeenRow } from "#core/ports/event-store.ts";
import { event, FOREIGN, MAIN, ORGANIZATION, OTHER, role, START, storeOf, THIRD } from "../incidents/world.ts";

const CONFIG = noveltyConfigSchema.parse({});
const LATER = START + 20 * DAY;
const span = { start: START, end: START + 30 * DAY };

const covered = (account: string, first: EpochMs = START): AccountCoverage => ({
  account,
  first,
  last: span.end,
  events: 1000,
  dataEvents: false,
  dataEventServices: [],
  regions: ["eu-west-1"],
});
const coverage = [MAIN, OTHER, THIRD].map((account) => covered(account));

const row = (changes: Partial<FirstSeenRow>): FirstSeenRow => ({
  account: MAIN,
  dimension: "region",
  value: "ap-south-1",
  firstTime: LATER,
  firstEventId: `first-${changes.value ?? ""}`,
  region: "ap-south-1",
  principal: role("app"),
  events: 3,
  lastTime: LATER,
  ...changes,
});

const KNOWN = row({ dimension: "principal", value: role("app"), firstTime: START, firstEventId: "known" });

const find = (rows: readonly FirstSeenRow[], of: readonly AccountCoverage[] = coverage) =>
  findNovelties(rows, { directory: ORGANIZATION, coverage: of, span, config: CONFIG });

test("a region that no account ever used is news, with its reasons", () => {
  const [novelty, ...more] = find([row({})]);
  expect(more).toEqual([]);
  expect(novelty).toMatchObject({
    dimension: "region",
    severity: "low",
    accountAgeDays: 20,
    peers: { using: 0, of: 2 },
  });
  expect(novelty?.severityReasons).toEqual([
    "first change in region ap-south-1 by any account",
    "none of 2 similar accounts had done so before",
  ]);
});

test("the beginning of the data is no history: nothing is new in its first days", () => {
  const rows = ["region", "service", "tool", "network"].map((dimension) =>
    row({ dimension: dimension as FirstSeenRow["dimension"], value: `x-${dimension}`, firstTime: START + 2 * DAY }),
  );
  const critical = row({ dimension: "risky-action", value: "cloudtrail:StopLogging", firstTime: START + 2 * DAY });
  expect(find([...rows, critical])).toEqual([]);
});

test("a young account makes no flood: only what is grave is told, then quietly, then in full", () => {
  const young = [covered(MAIN, LATER - 5 * DAY), covered(OTHER), covered(THIRD)];
  const many = Array.from({ length: 50 }, (_, index) => row({ dimension: "service", value: `service-${index}` }));
  const critical = row({ dimension: "risky-action", value: "cloudtrail:StopLogging" });
  expect(find([...many, critical], young).map(({ value }) => value)).toEqual(["cloudtrail:StopLogging"]);
  const growing = [covered(MAIN, LATER - 10 * DAY), covered(OTHER), covered(THIRD)];
  expect(find([row({})], growing)[0]?.severity).toBe("info");
});

test("what half of the peers did before is no news; what they do later does not count", () => {
  const peer = (firstTime: EpochMs) => row({ account: OTHER, firstTime });
  expect(find([row({}), peer(START + DAY)]).filter(({ account }) => account === MAIN)).toEqual([]);
  expect(find([row({}), peer(LATER + DAY)]).filter(({ account }) => account === MAIN)).toHaveLength(1);
});

test("a role by the same name in a peer's account is the same role", () => {
  const mine = row({ dimension: "principal", value: role("rollout"), principal: role("rollout") });
  const theirs = { ...mine, account: OTHER, value: role("rollout", OTHER), firstTime: START + DAY };
  expect(find([mine])).toHaveLength(1);
  expect(find([mine, theirs]).filter(({ account }) => account === MAIN)).toEqual([]);
});

test("AWS's services and their own roles are no news", () => {
  const linked = `arn:aws:iam::${MAIN}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;
  expect(find([row({ principal: "config.amazonaws.com" }), row({ value: "eu-north-1", principal: linked })])).toEqual(
    [],
  );
});

test("a machine that calls from a place nobody knows says more than a person who travels", () => {
  const network = (principal: string) => row({ dimension: "network", value: FOREIGN, principal });
  expect(find([KNOWN, network(role("app"))])[0]?.severity).toBe("low");
  const person = `arn:aws:iam::${MAIN}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`;
  const known = row({
    dimension: "principal",
    value: person,
    principal: person,
    firstTime: START,
    firstEventId: "person",
  });
  expect(find([known, network(person)])[0]?.severity).toBe("info");
});

test("who changes networks all the time is no news on one more", () => {
  const many = Array.from({ length: 8 }, (_, index) =>
    row({ dimension: "network", value: `203.0.${index}.0/24`, firstTime: LATER + index * HOUR }),
  );
  expect(find([KNOWN, ...many]).filter(({ dimension }) => dimension === "network")).toHaveLength(CONFIG.manyNetworks);
});

test("risk decides how much a first action says; a refused one says that it was refused", () => {
  const severity = (value: string) => find([row({ dimension: "risky-action", value })])[0]?.severity;
  expect(severity("cloudtrail:StopLogging")).toBe("low");
  expect(severity("ec2:RunInstances")).toBe("info");
  expect(severity("ec2:CreateTags")).toBeUndefined();
  const [refused] = find([row({ dimension: "risky-action", value: "iam:CreateAccessKey (denied)" })]);
  expect(refused?.severityReasons[0]).toContain("first refused iam:CreateAccessKey in this account");
});

test("the id derives from account, dimension and value alone", () => {
  const [one] = find([row({})]);
  const [same] = find([row({ firstTime: LATER - DAY, firstEventId: "earlier" })]);
  const [other] = find([row({ account: OTHER })]);
  expect(same?.id).toBe(one?.id);
  expect(other?.id).not.toBe(one?.id);
});

test("a first gets its event, what followed it, and says when that was a flurry", async () => {
  const events = Array.from({ length: 30 }, (_, index) =>
    event({ time: LATER + index * 60_000, region: "ap-south-1", action: "RunInstances" }),
  );
  const store = storeOf([event({ time: START }), ...events]);
  const first = row({ firstEventId: events[0]?.id ?? "" });
  const [novelty] = await completeNovelties(store, find([first]), CONFIG);
  expect(novelty?.eventIds[0]).toBe(events[0]?.id);
  expect(novelty?.facets.events).toBe(30);
  expect(novelty?.severityReasons.at(-1)).toBe("followed by 30 calls within 1 hour");
  expect(novelty).not.toHaveProperty("evidenceQuery");
});

const SANDBOXES = ["600000000001", "600000000002", "600000000003"] as const;
const PRODUCTION = ["700000000001", "700000000002", "700000000003"] as const;
const MOVED = SANDBOXES[0];
const MOVE = START + 20 * DAY;

/** One sandbox becomes a production account. */
const organization = (...earlier: readonly { readonly until: string; readonly ouPath: string }[]) =>
  parseOrganization(
    [...SANDBOXES, ...PRODUCTION].map((id) => ({
      id,
      ouPath: PRODUCTION.some((one) => one === id) || (id === MOVED && earlier.length > 0) ? "/Production" : "/Sandbox",
      ...(id === MOVED ? { earlier } : {}),
    })),
    contextConfigSchema.parse({}),
  );

const UNMOVED = organization();
const AFTERWARDS = organization({ until: new Date(MOVE).toISOString(), ouPath: "/Sandbox" });

const services = (account: string, from: EpochMs, prefix: string): FirstSeenRow[] =>
  Array.from({ length: 20 }, (_, at) =>
    row({
      account,
      dimension: "service",
      value: `${prefix}-${at}`,
      firstTime: from + at * HOUR,
      principal: role("app", account),
    }),
  );

const judged = (directory: AccountDirectory, rows: readonly FirstSeenRow[]) =>
  findNovelties(rows, {
    directory,
    coverage: [...SANDBOXES, ...PRODUCTION].map((account) => covered(account)),
    span: { start: START, end: START + 60 * DAY },
    config: CONFIG,
  });

test("an account's move changes nothing of what was judged before", () => {
  const rows = [...SANDBOXES, ...PRODUCTION].flatMap((account, at) => [
    ...services(account, START + 15 * DAY + at * 5 * HOUR, at < 3 ? "toy" : "work"),
    ...services(account, START + 16 * DAY + at * 5 * HOUR, `only-${account}`),
  ]);
  const before = judged(UNMOVED, rows);
  expect(judged(AFTERWARDS, rows)).toEqual(before);
  // A directory that only knows the present judges the past by it.
  const undated = organization({ until: new Date(START).toISOString(), ouPath: "/Sandbox" });
  expect(judged(undated, rows)).not.toEqual(before);
});

test("an account that moved makes no flood, neither of what its old nor of what its new peers do", () => {
  const peers = [...SANDBOXES.slice(1), ...PRODUCTION].flatMap((account, at) =>
    services(account, START + 10 * DAY, at < 2 ? "toy" : "work"),
  );
  const news = (from: EpochMs) =>
    judged(AFTERWARDS, [...peers, ...services(MOVED, from, "toy"), ...services(MOVED, from, "work")]).filter(
      ({ account }) => account === MOVED,
    );
  expect(news(MOVE + DAY)).toEqual([]);
  // What nobody does is news as ever.
  const own = judged(AFTERWARDS, [...peers, ...services(MOVED, MOVE + DAY, "odd")]);
  expect(own.filter(({ account }) => account === MOVED)).toHaveLength(20);
  // Once it has settled, what only sandboxes do is news in production.
  expect(news(MOVE + 20 * DAY).map(({ value }) => value.split("-")[0])).toEqual(
    Array.from({ length: 20 }, () => "toy"),
  );
});
