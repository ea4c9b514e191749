import { beforeEach, describe, expect, test } from "@jest/globals";
import type { ModelStates, PackedStates, StateShard } from "#core/ports/model-states.ts";
import { fence } from "./checkpoints.ts";

const shard = (account: string, at: number, of: number): StateShard => ({ account, shard: at, of });

const packed = (text: string): PackedStates => ({ version: 1, text });

/** Digits of some megabytes, as a shard of busy entities has them. */
function large(): string {
  const lines: string[] = [];
  let state = 1;
  for (let line = 0; line < 400; line++) {
    const numbers = Array.from({ length: 300 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return state % 5 === 0 ? state / 2_147_483_647 : 0;
    });
    lines.push(JSON.stringify([`instances-launched entity ${line} 🚨`, numbers]));
  }
  return lines.join("\n");
}

/** What every keeper of packed states does. */
export function modelStatesContract(name: string, open: () => Promise<ModelStates>): void {
  describe(`model states: ${name}`, () => {
    let states: ModelStates;
    beforeEach(async () => {
      states = await open();
    });
    const A0 = shard("111111111111", 0, 2);
    const A1 = shard("111111111111", 1, 2);
    const B0 = shard("222222222222", 0, 1);

    test("gives back what was saved, in the order asked for; nothing where nothing is kept", async () => {
      expect(await states.load([A0, B0])).toEqual([null, null]);
      await states.save(A1, packed("one"), fence(1));
      await states.save(B0, { version: 2, text: "" }, fence(1));
      expect(await states.load([B0, A0, A1])).toEqual([{ version: 2, text: "" }, null, packed("one")]);
      expect(await states.load([])).toEqual([]);
      expect(await states.load([shard("111111111111", 1, 4)])).toEqual([null]);
    });

    test("replaces and forgets", async () => {
      await states.save(A0, packed("old"), fence(1));
      await states.save(A0, packed("new"), fence(2));
      expect(await states.load([A0])).toEqual([packed("new")]);
      await states.save(A0, null, fence(2));
      await states.save(A1, null, fence(2));
      expect(await states.load([A0, A1])).toEqual([null, null]);
    });

    test("what a later holder saved or forgot stays", async () => {
      await states.save(A0, packed("later"), fence(9));
      await expect(states.save(A0, packed("earlier"), fence(8))).rejects.toMatchObject({ code: "LEASE_LOST" });
      await expect(states.save(A0, null, fence(8))).rejects.toMatchObject({ code: "LEASE_LOST" });
      expect(await states.load([A0])).toEqual([packed("later")]);
      await states.save(A0, null, fence(9));
      await expect(states.save(A0, packed("earlier"), fence(8))).rejects.toMatchObject({ code: "LEASE_LOST" });
    });

    test("megabytes come back to the letter", async () => {
      const text = large();
      await states.save(A0, packed(text), fence(1));
      const [loaded] = await states.load([A0]);
      expect(loaded?.text === text).toBe(true);
    });
  });
}
