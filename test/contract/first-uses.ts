import { beforeEach, describe, expect, test } from "@jest/globals";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FirstUse, FirstUses } from "#core/ports/first-uses.ts";
import { TestClock } from "../fakes/test-clock.ts";

const START = Date.UTC(2026, 10, 3, 2);

const use = (value: string, changes: Partial<FirstUse> = {}): FirstUse => ({
  account: "111111111111",
  dimension: "network",
  value,
  firstTime: START,
  firstEventId: "e-5",
  region: "eu-west-1",
  principal: "arn:aws:iam::111111111111:user/ana",
  ...changes,
});

async function all(uses: AsyncIterable<FirstUse>): Promise<readonly FirstUse[]> {
  const list: FirstUse[] = [];
  for await (const one of uses) list.push(one);
  return list.sort((a, b) => (`${a.account} ${a.value}` < `${b.account} ${b.value}` ? -1 : 1));
}

/** What every keeper of first uses does. `open` gives a new one, on the clock that it is handed. */
export function firstUsesContract(name: string, open: (clock: Clock) => Promise<FirstUses>): void {
  describe(`first uses: ${name}`, () => {
    let clock: TestClock;
    let uses: FirstUses;
    beforeEach(async () => {
      clock = new TestClock();
      uses = await open(clock);
    });

    test("the earliest stays, by time and then by id, whatever the order", async () => {
      await uses.keep([use("a"), use("b"), use("a", { account: "222222222222" })]);
      const earlier = use("a", { firstTime: START - HOUR, firstEventId: "e-9", principal: "another" });
      const answers = await uses.keep([
        use("a", { firstTime: START + HOUR }),
        earlier,
        use("b", { firstEventId: "e-4" }),
      ]);
      expect(answers).toEqual([earlier, earlier, use("b", { firstEventId: "e-4" })]);
      expect(await uses.keep([use("b", { firstEventId: "e-6" })])).toEqual([use("b", { firstEventId: "e-4" })]);
      expect(await all(uses.read())).toEqual([
        earlier,
        use("b", { firstEventId: "e-4" }),
        use("a", { account: "222222222222" }),
      ]);
    });

    test("is read by the time it was kept or amended, not by being met again", async () => {
      await uses.keep([use("a"), use("b"), use("c")]);
      clock.time += MINUTE;
      await uses.keep([use("a"), use("b", { firstTime: START - 1 }), use("d", { firstTime: START - HOUR })]);
      expect((await all(uses.read(clock.time))).map(({ value }) => value)).toEqual(["b", "d"]);
      expect(await all(uses.read(clock.time - MINUTE))).toHaveLength(4);
      expect(await all(uses.read(clock.time + 1))).toEqual([]);
    });

    test("long and strange values are told apart", async () => {
      const long = "l".repeat(5000);
      const values = [`${long}a`, `${long}b`, "🚨", "it's\u0000", ""].map((value) => use(value));
      await uses.keep(values);
      expect((await all(uses.read())).map(({ value }) => value).sort()).toEqual(
        values.map(({ value }) => value).sort(),
      );
    });
  });
}
