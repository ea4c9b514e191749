import { expect, test } from "@jest/globals";
import { DAY, HOUR } from "#core/domain/time.ts";
import type { Quantity } from "#core/domain/usage-event.ts";
import { LeakFinder } from "#core/incidents/leaks.ts";
import { event, START } from "./world.ts";

const gateway = (id: string, change: Quantity["change"], time: number, principal = {}) =>
  event({
    time,
    principal,
    action: change === "added" ? "CreateNatGateway" : "DeleteNatGateway",
    quantities: [
      { kind: "nat-gateways", change, amount: 1, item: null, purchase: null, resourceIds: [id], attributes: {} },
    ],
  });

const tidy = (days: number) =>
  Array.from({ length: days }, (_, day) => [
    gateway(`tidy-${day}`, "added", START + day * DAY),
    gateway(`tidy-${day}`, "removed", START + day * DAY + HOUR),
  ]).flat();

const find = (events: readonly ReturnType<typeof gateway>[], end = START + 30 * DAY) => {
  const finder = new LeakFinder();
  for (const one of [...events].sort((a, b) => a.time - b.time)) finder.add(one);
  return finder.finish(end);
};

const forgotten = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) => gateway(`left-${index}`, "added", from + index * 4 * HOUR));

test("what somebody who always cleans up leaves behind is a leak", () => {
  const [leak, ...more] = find([...tidy(10), ...forgotten(12, START + 11 * DAY)]);
  expect(more).toEqual([]);
  expect(leak).toMatchObject({ policy: "danger/never-freed", severity: "medium" });
  expect(leak?.severityReasons[0]).toBe("12 NAT gateways left behind by role app, which had freed 10 of 10 others");
  expect(leak?.window.start).toBe(START + 11 * DAY);
});

test("the routine that goes on beside it does not hide it", () => {
  const leaks = find([...tidy(14), ...forgotten(12, START + 11 * DAY)]);
  expect(leaks).toHaveLength(1);
  expect(leaks[0]?.facets.events).toBe(12);
});

test("who only builds, who forgets now and then, and what is still young are no leaks", () => {
  expect(find(forgotten(40, START))).toEqual([]);
  const careless = Array.from({ length: 40 }, (_, index) =>
    [gateway(`g-${index}`, "added", START + index * 12 * HOUR)].concat(
      index % 4 === 0 ? [] : [gateway(`g-${index}`, "removed", START + index * 12 * HOUR + HOUR)],
    ),
  ).flat();
  expect(find(careless)).toEqual([]);
  const young = forgotten(12, START + 11 * DAY).map((one, index) => ({
    ...one,
    time: START + 11 * DAY + index * 60_000,
  }));
  expect(find([...tidy(10), ...young], START + 11 * DAY + 10 * HOUR)).toEqual([]);
  expect(find([...tidy(10), ...young], START + 11 * DAY + 14 * HOUR)).toHaveLength(1);
});

test("one lost record of freeing many is no leak", () => {
  const ids = Array.from({ length: 12 }, (_, index) => `batch-${index}`);
  const one = gateway("x", "added", START + 11 * DAY);
  const batch = { ...one, quantities: one.quantities.map((quantity) => ({ ...quantity, resourceIds: ids })) };
  expect(find([...tidy(10), batch])).toEqual([]);
});
