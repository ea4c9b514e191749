import { expect, test } from "@jest/globals";
import { RecentEvents } from "#adapters/duckdb/recent-events.ts";
import { sampleEvent } from "../../fakes/usage-events.ts";

const event = (n: number) => sampleEvent({ id: `event-${n}` });

test("what was used last is held, what was not is forgotten", () => {
  const recent = new RecentEvents(2);
  for (const n of [1, 2, 3]) recent.add(BigInt(n), event(n));
  expect(recent.get(1n)?.id).toBe("event-1");
  for (const n of [4, 5]) recent.add(BigInt(n), event(n));
  expect(recent.get(2n)).toBeUndefined();
  expect(recent.keyOf("event-2")).toBeUndefined();
  expect(recent.get(1n)?.id).toBe("event-1");
  expect(recent.keyOf("event-5")).toBe(5n);
});
