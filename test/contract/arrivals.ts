import { beforeEach, describe, expect, test } from "@jest/globals";
import { BUCKET, DAY, type EpochMs, MINUTE } from "#core/domain/time.ts";
import type { Arrivals } from "#core/ports/arrivals.ts";
import type { FirstUse } from "#core/ports/first-uses.ts";
import { type GeneratedEvent, launched, sampleEvent } from "../fakes/usage-events.ts";

const START = Date.UTC(2026, 10, 3, 2);
const WRITTEN = START + DAY;
const WINDOW = { start: START - DAY, end: START + DAY };
const ACCOUNTS = ["111111111111", "222222222222"] as const;

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

const launch = (n: number, time: EpochMs, account: string = ACCOUNTS[0], item = "g5.xlarge"): GeneratedEvent => ({
  event: sampleEvent({
    id: id(n),
    time,
    account,
    action: "RunInstances",
    readOnly: false,
    quantities: [launched(2, item)],
  }),
  counted: true,
});

export interface OpenArrivals {
  readonly arrivals: Arrivals;
  /** Stores events as of a time by the clock of whoever writes. */
  readonly write: (entries: readonly GeneratedEvent[], at: EpochMs) => Promise<void>;
}

async function all<T>(rows: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

/** What every store of events tells a running deployment of what came. */
export function arrivalsContract(name: string, open: () => Promise<OpenArrivals>): void {
  describe(`arrivals: ${name}`, () => {
    let arrivals: Arrivals;
    let write: OpenArrivals["write"];
    beforeEach(async () => {
      ({ arrivals, write } = await open());
    });

    test("names the buckets that events came into since a time, each once and in order", async () => {
      expect(await arrivals.arrived(0, WINDOW)).toEqual([]);
      await write([launch(1, START), launch(2, START + BUCKET)], WRITTEN);
      const late = [launch(3, START + 3 * BUCKET), launch(4, START + 1), launch(5, START + 2, ACCOUNTS[1])];
      await write(late, WRITTEN + MINUTE);
      expect(await arrivals.arrived(WRITTEN, WINDOW)).toEqual([START, START + BUCKET, START + 3 * BUCKET]);
      expect(await arrivals.arrived(WRITTEN + MINUTE, WINDOW)).toEqual([START, START + 3 * BUCKET]);
      expect(await arrivals.arrived(WRITTEN + MINUTE + 1, WINDOW)).toEqual([]);
      const part = { start: START + BUCKET, end: START + 3 * BUCKET };
      expect(await arrivals.arrived(WRITTEN, part)).toEqual([START + BUCKET]);
    });

    test("counts deliveries of a window, every account's", async () => {
      const times = [START - 1, START, START + 1, START + BUCKET, START + 2 * BUCKET];
      await write(
        times.map((time, at) => launch(at, time, ACCOUNTS[at % 2])),
        WRITTEN,
      );
      expect(await all(arrivals.deliveries({ start: START, end: START + 2 * BUCKET }))).toEqual([
        { account: ACCOUNTS[0], bucket: START, events: 1 },
        { account: ACCOUNTS[1], bucket: START, events: 1 },
        { account: ACCOUNTS[1], bucket: START + BUCKET, events: 1 },
      ]);
      expect(await all(arrivals.deliveries({ start: START - DAY, end: START - BUCKET }))).toEqual([]);
    });

    test("first uses are those among the events of a window alone", async () => {
      const entries = [
        launch(1, START - 1),
        launch(2, START + BUCKET - 1),
        launch(3, START + 1),
        launch(4, START + 2, ACCOUNTS[1], "p5.48xlarge"),
      ];
      await write(entries, WRITTEN);
      const families = (uses: readonly FirstUse[]) =>
        uses
          .filter(({ dimension }) => dimension === "instance-family")
          .map(({ account, value, firstEventId }) => [account, value, firstEventId]);
      const found = await all(arrivals.firstUses({ start: START, end: START + BUCKET }));
      expect(families(found)).toEqual([
        [ACCOUNTS[0], "g5", id(3)],
        [ACCOUNTS[1], "p5", id(4)],
      ]);
      expect(found.find(({ value, account }) => value === "g5" && account === ACCOUNTS[0])).toEqual({
        account: ACCOUNTS[0],
        dimension: "instance-family",
        value: "g5",
        firstTime: START + 1,
        firstEventId: id(3),
        region: "eu-west-1",
        principal: sampleEvent({ id: id(0) }).principal.id,
      });
    });
  });
}
