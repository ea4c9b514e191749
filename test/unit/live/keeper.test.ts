import { expect, test } from "@jest/globals";
import { MINUTE } from "#core/domain/time.ts";
import type { EventQuery } from "#core/ports/event-store.ts";
import { ORGANIZATION } from "../incidents/world.ts";
import { Deployment } from "./deployment.ts";
import { CONFIG, END, SMALL_WORLD } from "./small-world.ts";

test("a defect of ours in one group of findings costs no other one, and that one is tried again", async () => {
  const deployment = new Deployment(CONFIG, ORGANIZATION);
  deployment.events.add(
    SMALL_WORLD.map((event) => ({ event, counted: true })),
    END,
  );
  await deployment.watch(END);
  const sound = deployment.events.events.bind(deployment.events);
  let asked = 0;
  deployment.events.events = async (query: EventQuery, limit: number) => {
    asked += 1;
    if (asked === 1) throw new TypeError("what nobody thought of");
    return sound(query, limit);
  };
  const first = await deployment.keep(END);
  expect(first.failed).toEqual([{ finding: expect.any(String), message: "TypeError: what nobody thought of" }]);
  expect(first.opened).toBeGreaterThan(0);
  const second = await deployment.keep(END + MINUTE);
  expect(second).toMatchObject({ grouped: true, failed: [], opened: 1, withdrawn: 0 });
  expect((await deployment.keep(END + 2 * MINUTE)).grouped).toBe(false);
});
