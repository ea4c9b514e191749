import { expect, test } from "@jest/globals";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { BUCKET, DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import { followDelivery } from "#core/live/follow-delivery.ts";
import { closingsOf } from "#core/roll-up/closing.ts";
import { config, START } from "../detection/world.ts";

const ACCOUNT = "111111111111";
const LAST = START + 9 * DAY;
const DETECTION = config();
const LATENESS = DETECTION.latenessMinutes * MINUTE;

/** Nine days of events in every bucket, then nothing. */
const ROWS = Array.from({ length: (LAST - START) / BUCKET }, (_, at) => ({
  account: ACCOUNT,
  bucket: START + at * BUCKET,
  events: 1,
}));

const followed = (entry: object, now: number) => {
  const directory = parseOrganization([{ id: ACCOUNT, ...entry }], contextConfigSchema.parse({}));
  const [one] = followDelivery(ROWS, {}, {}, now, DETECTION, directory);
  if (!one) throw new Error("nobody is followed");
  return one;
};

test("a closed account's silence is nothing that is waited for, and never zero", () => {
  const now = LAST + 30 * DAY;
  for (const entry of [{ closedAt: new Date(LAST + 10 * MINUTE).toISOString() }, { state: "SUSPENDED" }]) {
    const { delivery } = followed(entry, now);
    const from = entry.closedAt === undefined ? LAST : LAST + 2 * BUCKET;
    expect(delivery).toEqual({ since: START, until: now, unknown: [{ start: from, end: now }], closedFrom: from });
    const { closed, unknown } = closingsOf(new Map([[ACCOUNT, delivery]]), LATENESS, {})[ACCOUNT] ?? {};
    expect(closed).toBe(now - LATENESS);
    expect(unknown).toEqual(delivery.unknown);
  }
});

test("an open account's silence is waited for", () => {
  const { delivery } = followed({}, LAST + HOUR);
  expect(delivery.until).toBe(LAST);
  expect(delivery.closedFrom).toBeUndefined();
});
