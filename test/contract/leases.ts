import { beforeEach, describe, expect, test } from "@jest/globals";
import { MINUTE } from "#core/domain/time.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Leases } from "#core/ports/leases.ts";
import { TestClock } from "../fakes/test-clock.ts";

export { TestClock };

/** What every keeper of leases does. `open` gives a new one, on the clock that it is handed. */
export function leaseContract(name: string, open: (clock: Clock) => Promise<Leases>): void {
  describe(`leases: ${name}`, () => {
    let clock: TestClock;
    let leases: Leases;
    beforeEach(async () => {
      clock = new TestClock();
      leases = await open(clock);
    });

    test("one holds it, until its time is over", async () => {
      const first = await leases.acquire("roll-up", "a", MINUTE);
      expect(first).toMatchObject({ name: "roll-up", holder: "a", until: clock.time + MINUTE });
      expect(await leases.acquire("roll-up", "b", MINUTE)).toBeNull();
      expect(await leases.acquire("roll-up", "a", MINUTE)).toBeNull();
      clock.time += MINUTE - 1;
      expect(await leases.acquire("roll-up", "b", MINUTE)).toBeNull();
      clock.time += 1;
      expect(await leases.acquire("roll-up", "b", MINUTE)).toMatchObject({ holder: "b" });
    });

    test("leases of other names are others", async () => {
      await leases.acquire("roll-up", "a", MINUTE);
      expect(await leases.acquire("say", "a", MINUTE)).toMatchObject({ name: "say" });
    });

    test("a token is larger than all before it, however the lease ended", async () => {
      const tokens: number[] = [];
      for (let turn = 0; turn < 4; turn++) {
        const lease = await leases.acquire("roll-up", `holder ${turn}`, MINUTE);
        if (!lease) throw new Error("nobody holds it");
        tokens.push(lease.token);
        if (turn % 2 === 0) await leases.release(lease);
        else clock.time += MINUTE;
      }
      expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
      expect(new Set(tokens).size).toBe(4);
      expect(Math.min(...tokens)).toBeGreaterThan(0);
    });

    test("what is renewed lasts on; what passed to another cannot be renewed or released", async () => {
      const first = await leases.acquire("roll-up", "a", MINUTE);
      if (!first) throw new Error("nobody holds it");
      clock.time += MINUTE / 2;
      const renewed = await leases.renew(first, MINUTE);
      expect(renewed).toEqual({ ...first, until: clock.time + MINUTE });
      clock.time += MINUTE - 1;
      expect(await leases.acquire("roll-up", "b", MINUTE)).toBeNull();
      clock.time += 1;
      const second = await leases.acquire("roll-up", "b", MINUTE);
      if (!second) throw new Error("its time was over");
      expect(await leases.renew(first, MINUTE)).toBeNull();
      await leases.release(first);
      expect(await leases.acquire("roll-up", "c", MINUTE)).toBeNull();
      await leases.release(second);
      expect(await leases.acquire("roll-up", "c", MINUTE)).toMatchObject({ holder: "c" });
    });

    test("of many who ask at once, one gets it", async () => {
      const asked = await Promise.all(["a", "b", "c", "d"].map((holder) => leases.acquire("roll-up", holder, MINUTE)));
      expect(asked.filter((lease) => lease !== null)).toHaveLength(1);
    });
  });
}
