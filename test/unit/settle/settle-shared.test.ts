import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { countedCopies, type SharedCopy } from "#core/use-cases/settle-shared.ts";

const copy = (account: string, changes: Partial<SharedCopy> = {}): SharedCopy => ({
  account,
  callerAccount: null,
  resource: null,
  counterparties: [],
  ...changes,
});

test.each<[string, readonly SharedCopy[], readonly boolean[]]>([
  ["the caller's copy counts", [copy("2", { callerAccount: "1" }), copy("1", { callerAccount: "1" })], [false, true]],
  [
    "the caller's copy counts before the owner's",
    [copy("2", { callerAccount: "1", resource: "arn:aws:iam::2:role/x" }), copy("1", { callerAccount: "1" })],
    [false, true],
  ],
  [
    "an outsider's action counts where the resource is",
    [copy("1"), copy("2", { callerAccount: "9", resource: "arn:aws:sns:eu-west-1:2:topic" })],
    [false, true],
  ],
  [
    "the owner may be named by another copy only",
    [copy("1", { counterparties: ["2"] }), copy("2", { resource: "arn:aws:s3:::bucket" })],
    [false, true],
  ],
  ["else the first counts", [copy("3"), copy("1"), copy("2")], [true, false, false]],
  ["all copies of one account count", [copy("1"), copy("2"), copy("1")], [true, false, true]],
  ["a copy that is the only one counts", [copy("2", { callerAccount: "1" })], [true]],
  ["nothing counts of nothing", [], []],
])("%s", (_, copies, counted) => {
  expect(countedCopies(copies)).toEqual(counted);
});

test("exactly the copies of one account count", () => {
  const account = fc.constantFrom("1", "2", "3");
  const copies = fc.array(
    fc.record({
      account,
      callerAccount: fc.option(account),
      resource: fc.option(account.map((id) => `arn:aws:iam::${id}:role/x`)),
      counterparties: fc.array(account, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(copies, (all) => {
      const counted = countedCopies(all);
      const counting = new Set(all.filter((_, at) => counted[at]).map((one) => one.account));
      expect(counting.size).toBe(1);
      expect(counted).toEqual(all.map((one) => counting.has(one.account)));
    }),
  );
});
