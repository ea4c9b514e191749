import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Checkpoints } from "#core/ports/checkpoints.ts";
import type { Fence } from "#core/ports/leases.ts";

export const fence = (token: number, name = "roll-up"): Fence => ({ name, token });

/** What every keeper of checkpoints does. */
export function checkpointsContract(name: string, open: () => Promise<Checkpoints>): void {
  describe(`checkpoints: ${name}`, () => {
    let checkpoints: Checkpoints;
    beforeEach(async () => {
      checkpoints = await open();
    });

    test("the last value is read, of each name its own; of a name that was never written none", async () => {
      expect(await checkpoints.read("roll-up")).toBeNull();
      await checkpoints.write("roll-up", { at: 1 }, fence(1));
      await checkpoints.write("roll-up", { at: 2, more: [null, "🚨", { "": 0.1 }] }, fence(1));
      await checkpoints.write("grouping", [1], fence(1, "grouping"));
      expect(await checkpoints.read("roll-up")).toEqual({ at: 2, more: [null, "🚨", { "": 0.1 }] });
      expect(await checkpoints.read("grouping")).toEqual([1]);
    });

    test("what a later holder wrote stays; a lease of another name begins anew", async () => {
      await checkpoints.write("roll-up", "second", fence(7));
      await expect(checkpoints.write("roll-up", "first", fence(6))).rejects.toMatchObject({ code: "LEASE_LOST" });
      expect(await checkpoints.read("roll-up")).toBe("second");
      await checkpoints.write("roll-up", "other", fence(1, "backfill"));
      expect(await checkpoints.read("roll-up")).toBe("other");
    });

    test("four hundred accounts fit", async () => {
      const value = Object.fromEntries(
        Array.from({ length: 400 }, (_, account) => [
          String(111_111_111_111 + account),
          Array.from({ length: 96 }, (_, slot) => (account * 7919 + slot * 104_729) % 997),
        ]),
      );
      await checkpoints.write("roll-up", value, fence(1));
      expect(await checkpoints.read("roll-up")).toEqual(value);
    });
  });
}
