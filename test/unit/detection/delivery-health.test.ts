import { expect, test } from "@jest/globals";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { deliveryHealth } from "#core/detection/delivery-health.ts";
import { BUCKET, DAY, HOUR } from "#core/domain/time.ts";
import { ACCOUNT, at, config, delivered, healthOf, START, stream } from "./world.ts";

test("silence of an account that is never silent is unknown", async () => {
  const silence = { start: at(17.2), end: at(17.5) };
  const health = await healthOf(21, [silence]);
  expect(health.unknownWindows).toEqual([{ account: ACCOUNT, window: silence, reason: expect.any(String) }]);
  expect(health.accounts.get(ACCOUNT)).toEqual({ since: START, unknown: [silence], until: at(21) });
});

test("silence at the usual time is zero", async () => {
  const nights = Array.from({ length: 21 }, (_, day) => ({ start: at(day + 0.8), end: at(day + 1) }));
  expect((await healthOf(21, nights)).unknownWindows).toEqual([]);
});

test("a first weekend says nothing, a silent one after busy ones does", async () => {
  const weekend = (week: number) => ({ start: at(7 * week + 5), end: at(7 * week + 7) });
  expect((await healthOf(14, [weekend(0)])).unknownWindows).toEqual([]);
  expect((await healthOf(21, [weekend(2)])).unknownWindows).toHaveLength(1);
});

test("short silence is zero, and so is silence of an account that seldom has events", async () => {
  expect((await healthOf(21, [{ start: at(15.5), end: at(15.5) + 4 * BUCKET }])).unknownWindows).toEqual([]);
  const seldom = Array.from({ length: 60 }, (_, i) => ({ account: ACCOUNT, bucket: at(i / 3), events: 1 }));
  const health = await deliveryHealth(stream(seldom), { start: START, end: at(21) }, config());
  expect(health.unknownWindows).toEqual([]);
});

test("a trail that stops before the end of the data is unknown from there on", async () => {
  const rows = delivered(18);
  const health = await deliveryHealth(stream(rows), { start: START, end: at(21) }, config());
  expect(health.unknownWindows.map(({ window }) => window)).toEqual([{ start: at(18), end: at(21) }]);
});

test("how far delivery has come: to the last event, once the silence since is no usual one", async () => {
  const until = async (silentBuckets: number, days = 18) => {
    const end = at(days) + silentBuckets * BUCKET;
    const health = await deliveryHealth(stream(delivered(days)), { start: START, end }, config());
    return health.accounts.get(ACCOUNT)?.until === at(days) ? "last event" : "now";
  };
  // the last fifteen minutes are always still on their way
  expect(await until(4)).toBe("now");
  expect(await until(8)).toBe("last event");
  expect(await until(8, 1)).toBe("now");
  const seldom = Array.from({ length: 60 }, (_, i) => ({ account: ACCOUNT, bucket: at(i / 3), events: 1 }));
  const quiet = await deliveryHealth(stream(seldom), { start: START, end: at(20) }, config());
  expect(quiet.accounts.get(ACCOUNT)?.until).toBe(at(20));
});

test("accounts are apart, and each is known from its own first event", async () => {
  const rows = [
    ...delivered(3),
    ...delivered(3)
      .filter(({ bucket }) => bucket >= at(2))
      .map((row) => ({ ...row, account: "9" })),
  ];
  const health = await deliveryHealth(stream(rows), { start: START, end: at(3) }, config());
  expect([...health.accounts].map(([account, { since }]) => [account, (since - START) / DAY])).toEqual([
    [ACCOUNT, 0],
    ["9", 2],
  ]);
});

test("what was not delivered does not teach that silence is usual", async () => {
  const silences = [10, 11, 14, 15].map((day) => ({ start: at(day + 0.25), end: at(day + 0.25) + 8 * HOUR }));
  expect((await healthOf(21, silences)).unknownWindows).toHaveLength(4);
});

test("the silence of a closed account is neither an outage nor zero", async () => {
  const span = { start: START, end: at(21) };
  const rows = delivered(14);
  const directory = (closedAt: object) =>
    parseOrganization([{ id: ACCOUNT, ...closedAt }], contextConfigSchema.parse({}));
  const health = (closed: object) => deliveryHealth(stream(rows), span, config(), directory(closed));
  expect((await health({})).unknownWindows).toHaveLength(1);
  for (const closed of [{ closedAt: new Date(at(14)).toISOString() }, { Status: "SUSPENDED" }]) {
    const { accounts, unknownWindows } = await health(closed);
    expect(unknownWindows).toEqual([]);
    expect(accounts.get(ACCOUNT)?.unknown).toEqual([{ start: at(14), end: at(21) }]);
  }
  // Closed only after days of silence, or not yet: those are an outage.
  const late = await health({ closedAt: new Date(at(18)).toISOString() });
  expect(late.unknownWindows.map(({ window }) => window)).toEqual([{ start: at(14), end: at(18) }]);
  expect((await health({ closedAt: new Date(at(30)).toISOString() })).unknownWindows).toHaveLength(1);
});
