import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { nanoUsd } from "#core/domain/money.ts";
import { BUCKET, DAY, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import type { EventStore, FirstSeenRow } from "#core/ports/event-store.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { type GeneratedEvent, launched, sampleEvent } from "../fakes/usage-events.ts";

export interface OpenStore {
  readonly store: EventStore;
  close(): Promise<void>;
}

export type OpenEventStore = (
  entries: readonly GeneratedEvent[],
  riskyAction: (service: string, action: string) => boolean,
) => Promise<OpenStore>;

const START = Date.UTC(2026, 10, 3, 2, 10);
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

const attacker = {
  ...sampleEvent({ id: id(0) }).principal,
  id: "arn:aws:iam::111111111111:user/ci",
  name: "ci",
  session: "s-1",
  accessKeyId: "AKIA2",
};
const abroad = {
  ...sampleEvent({ id: id(0) }).origin,
  tool: "terraform" as const,
  sourceIp: "198.51.100.9",
  network: "198.51.100.0/24",
};

const run = (n: number, changes: Partial<PricedUsageEvent> = {}): PricedUsageEvent =>
  sampleEvent({
    id: id(n),
    time: START + n * MINUTE,
    action: "RunInstances",
    readOnly: false,
    principal: attacker,
    origin: abroad,
    quantities: [launched(3, "g5.12xlarge")],
    resources: [`instance/i-${n}`],
    cost: [
      {
        kind: "rate",
        direction: "added",
        lowPerHour: nanoUsd(17.016),
        highPerHour: nanoUsd(17.016),
        basis: ["list price"],
      },
    ],
    ...changes,
  });

const EVENTS: readonly GeneratedEvent[] = [
  { event: sampleEvent({ id: id(100), time: START - DAY }), counted: true },
  { event: run(1), counted: true },
  { event: run(2, { outcome: "denied", errorCode: "UnauthorizedOperation", quantities: [], cost: [] }), counted: true },
  { event: run(3, { outcome: "dry-run", errorCode: "DryRunOperation", cost: [] }), counted: true },
  {
    event: run(6, {
      region: "ap-south-1",
      marks: ["root"],
      counterparties: ["public"],
      resources: ["instance/i-6", "subnet/it's"],
    }),
    counted: true,
  },
  // The copy in the owner's account of a role that another account assumed: it shows the visitor and is not counted.
  {
    event: sampleEvent({
      id: id(7),
      time: START + 7 * MINUTE,
      account: "222222222222",
      service: "sts",
      action: "AssumeRole",
      sharedEventId: "shared",
      resources: ["arn:aws:iam::222222222222:role/ops/admin"],
    }),
    counted: false,
  },
  {
    event: sampleEvent({
      id: id(8),
      time: START + 8 * MINUTE,
      account: "222222222222",
      service: "s3",
      action: "GetObject",
      category: "data",
      principal: { ...attacker, account: "222222222222", name: 'it\'s "quoted"; --' },
    }),
    counted: true,
  },
];

const riskyAction = (service: string, action: string): boolean => service === "ec2" && action === "RunInstances";

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

/** What every event store must answer, in numbers worked out by hand. */
export function eventStoreContract(name: string, open: OpenEventStore): void {
  describe(`event store: ${name}`, () => {
    let opened: OpenStore;
    let store: EventStore;
    beforeAll(async () => {
      opened = await open(EVENTS, riskyAction);
      store = opened.store;
    });
    afterAll(() => opened.close());

    test("an empty store spans nothing and answers nothing", async () => {
      const empty = await open([], riskyAction);
      try {
        expect(await empty.store.span()).toBeNull();
        expect(await empty.store.coverage()).toEqual([]);
        expect(await empty.store.spend()).toEqual([]);
        expect(await empty.store.events({}, 10)).toEqual([]);
        expect(await all(empty.store.rollup(BUILT_IN_SIGNALS, BUCKET))).toEqual([]);
        expect(await all(empty.store.firstSeen())).toEqual([]);
        expect(await all(empty.store.deliveries(BUCKET))).toEqual([]);
        expect(await empty.store.facets({})).toMatchObject({
          eventIds: [],
          first: null,
          last: null,
          facets: { events: 0 },
        });
      } finally {
        await empty.close();
      }
    });

    test("the span ends a bucket after the last event", async () => {
      expect(await store.span()).toEqual({ start: START - DAY, end: START + 8 * MINUTE + BUCKET });
    });

    test("coverage says what each account logs", async () => {
      expect(await store.coverage()).toEqual([
        {
          account: "111111111111",
          first: START - DAY,
          last: START + 6 * MINUTE,
          events: 5,
          dataEvents: false,
          dataEventServices: [],
          regions: ["ap-south-1", "eu-west-1"],
        },
        {
          account: "222222222222",
          first: START + 7 * MINUTE,
          last: START + 8 * MINUTE,
          events: 2,
          dataEvents: true,
          dataEventServices: ["s3"],
          regions: ["eu-west-1"],
        },
      ]);
    });

    test("signals count successful calls only, in buckets, per account and region", async () => {
      const rows = await all(store.rollup(BUILT_IN_SIGNALS, BUCKET));
      const entity = { account: "111111111111", region: "eu-west-1", principal: null, resource: null };
      expect(rows.filter(({ signal }) => signal === "instances-launched")).toEqual([
        { signal: "instances-launched", entity: { ...entity, region: "ap-south-1" }, bucket: START + BUCKET, value: 3 },
        { signal: "instances-launched", entity, bucket: START, value: 3 },
      ]);
      expect(rows.filter(({ signal }) => signal === "usd-per-hour-added").map(({ value }) => value)).toEqual([
        17.016, 17.016,
      ]);
      expect(rows.filter(({ signal }) => signal === "denied-calls-by-principal")).toEqual([
        { signal: "denied-calls-by-principal", entity: { ...entity, principal: attacker.id }, bucket: START, value: 1 },
      ]);
      expect(rows.map(({ signal }) => signal)).toEqual([...rows.map(({ signal }) => signal)].sort());
    });

    test("counting again gives the same counts, whatever was counted in between", async () => {
      const once = await all(store.rollup(BUILT_IN_SIGNALS, BUCKET));
      expect(await all(store.rollup(BUILT_IN_SIGNALS, BUCKET))).toEqual(once);
      expect(await all(store.rollup(BUILT_IN_SIGNALS, DAY))).not.toEqual(once);
      const [signal] = BUILT_IN_SIGNALS;
      if (!signal) throw new Error("no signal");
      const denied = [{ ...signal, value: { of: "events" as const }, filter: { outcomes: ["denied" as const] } }];
      expect(await all(store.rollup(denied, BUCKET))).toMatchObject([{ signal: signal.id, bucket: START, value: 1 }]);
      expect(await all(store.rollup(BUILT_IN_SIGNALS, BUCKET))).toEqual(once);
    });

    test("counting a window counts its buckets and no others", async () => {
      const rows = await all(store.rollup(BUILT_IN_SIGNALS, BUCKET));
      const within = (start: number, end: number) => all(store.rollup(BUILT_IN_SIGNALS, BUCKET, { start, end }));
      expect(await within(START, START + BUCKET)).toEqual(rows.filter(({ bucket }) => bucket === START));
      expect(await within(START + BUCKET, START + 2 * BUCKET)).toEqual(rows.filter(({ bucket }) => bucket > START));
      expect(await within(START - DAY, START + DAY)).toEqual(rows);
      expect(await within(START, START)).toEqual([]);
      expect(await within(START + DAY, START + 2 * DAY)).toEqual([]);
    });

    test("deliveries count every record, the copies too", async () => {
      const rows = await all(store.deliveries(BUCKET));
      expect(rows).toEqual([
        { account: "111111111111", bucket: START - DAY, events: 1 },
        { account: "111111111111", bucket: START, events: 3 },
        { account: "111111111111", bucket: START + BUCKET, events: 1 },
        { account: "222222222222", bucket: START + BUCKET, events: 2 },
      ]);
    });

    test("first uses keep the earliest event and how often the value came again", async () => {
      const rows = await all(store.firstSeen());
      const of = (dimension: FirstSeenRow["dimension"]) =>
        rows
          .filter((row) => row.dimension === dimension)
          .map((row) => `${row.account} ${row.value} ${row.firstEventId.slice(-3)} x${row.events}`);
      expect(of("region")).toEqual(["111111111111 eu-west-1 001 x1", "111111111111 ap-south-1 006 x1"]);
      expect(of("service")).toEqual(["111111111111 ec2 001 x2"]);
      expect(of("risky-action")).toEqual([
        "111111111111 ec2:RunInstances 001 x2",
        "111111111111 ec2:RunInstances (denied) 002 x1",
      ]);
      expect(of("instance-family")).toEqual(["111111111111 g5 001 x2"]);
      expect(of("principal")).toEqual([
        "111111111111 arn:aws:iam::111111111111:user/ana 100 x1",
        "111111111111 arn:aws:iam::111111111111:user/ci 001 x2",
        "222222222222 arn:aws:iam::111111111111:user/ana 007 x1",
        "222222222222 arn:aws:iam::111111111111:user/ci 008 x1",
      ]);
      expect(of("network")).toEqual([
        "111111111111 203.0.113.0/24 100 x1",
        "111111111111 198.51.100.0/24 001 x3",
        "222222222222 203.0.113.0/24 008 x1",
      ]);
      expect(of("tool")).toEqual([
        "111111111111 ana · aws-cli 100 x1",
        "111111111111 ci · terraform 001 x2",
        '222222222222 it\'s "quoted"; -- · aws-cli 008 x1',
      ]);
      expect(of("cross-account")).toEqual(["222222222222 111111111111 → admin 007 x1"]);
    });

    test("events come back as they were stored, in time order, to the limit", async () => {
      expect(await store.events({}, 100)).toEqual(EVENTS.map(({ event }) => event));
      expect((await store.events({}, 2)).map((event) => event.id)).toEqual([id(100), id(1)]);
    });

    test.each([
      [{ counted: true as const, accounts: ["222222222222"] }, [8]],
      [{ window: { start: START + MINUTE, end: START + 3 * MINUTE } }, [1, 2]],
      [{ window: { start: START + 7 * MINUTE, end: Number.MAX_SAFE_INTEGER } }, [7, 8]],
      [{ window: { start: START, end: START } }, []],
      [{ regions: ["global"] }, [7]],
      [{ principals: [attacker.id], regions: ["ap-south-1"] }, [6]],
      [{ sessions: ["s-1"], tools: ["aws-cli"] }, [8]],
      [{ accessKeys: ["AKIA1"], networks: ["203.0.113.0/24"] }, [100, 7]],
      [{ resources: ["instance/i-6", "instance/i-1"] }, [1, 6]],
      [{ resources: ["subnet/it's"] }, [6]],
      [{ ids: [id(2), id(8), "sha256:none"] }, [2, 8]],
      [{ ids: [] }, []],
      [{ filter: { outcomes: ["denied" as const, "dry-run" as const] } }, [2, 3]],
      [{ filter: { marks: ["root" as const] } }, [6]],
      [{ filter: { quantities: ["instances" as const], quantityChange: "added" as const } }, [1, 3, 6]],
      [{ filter: { quantityChange: "removed" as const } }, []],
      [{ filter: { actions: ["sts:AssumeRole", "s3:GetObject"] } }, [7, 8]],
      [{ filter: { services: ["ec2"], readOnly: true } }, [100]],
      [{ sessions: ["' or true --"] }, []],
    ])("events that match %j", async (query, expected) => {
      expect((await store.events(query, 100)).map((event) => event.id)).toEqual(expected.map(id));
    });

    test("facets say what the events have in common", async () => {
      const { facets, eventIds, first, last } = await store.facets({
        principals: [attacker.id],
        accounts: ["111111111111"],
      });
      expect(eventIds).toEqual([1, 2, 3, 6].map(id));
      expect([first, last]).toEqual([START + MINUTE, START + 6 * MINUTE]);
      expect(facets).toMatchObject({
        events: 4,
        principals: [{ value: attacker.id, count: 4 }],
        sessions: [{ value: "s-1", count: 4 }],
        accessKeys: [{ value: "AKIA2", count: 4 }],
        tools: [{ value: "terraform", count: 4 }],
        networks: [{ value: "198.51.100.0/24", count: 4 }],
        invokedBy: [],
        actions: [{ value: "ec2:RunInstances", count: 4 }],
        outcomes: [
          { value: "success", count: 2 },
          { value: "denied", count: 1 },
          { value: "dry-run", count: 1 },
        ],
        regions: [
          { value: "eu-west-1", count: 3 },
          { value: "ap-south-1", count: 1 },
        ],
        items: [{ value: "instances g5.12xlarge", count: 9 }],
        counterparties: [{ value: "public", count: 1 }],
        marks: [{ value: "root", count: 1 }],
      });
      expect(facets.resources).toHaveLength(5);
    });

    test("spend adds up what counts", async () => {
      const none = { low: "0", high: "0" };
      expect(await store.spend()).toEqual([
        {
          account: "111111111111",
          addedPerHour: { low: "34.032", high: "34.032" },
          removedPerHour: none,
          once: none,
          unpricedEvents: 0,
        },
        { account: "222222222222", addedPerHour: none, removedPerHour: none, once: none, unpricedEvents: 0 },
      ]);
    });

    test("sharers of a key are counted over the whole store, by principal and by access key", async () => {
      const sharersOf = async (kind: "network" | "session" | "resource", ...values: readonly string[]) =>
        [...(await store.sharers(kind, values))].sort((a, b) => (a.value < b.value ? -1 : 1));
      expect(await sharersOf("network", "198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24")).toEqual([
        { value: "198.51.100.0/24", principals: 1, accessKeys: 1 },
        { value: "203.0.113.0/24", principals: 2, accessKeys: 2 },
      ]);
      expect(await sharersOf("session", "s-1", "nobody's")).toEqual([{ value: "s-1", principals: 1, accessKeys: 1 }]);
      expect(await sharersOf("resource", "subnet/it's", "instance/i-1")).toEqual([
        { value: "instance/i-1", principals: 1, accessKeys: 1 },
        { value: "subnet/it's", principals: 1, accessKeys: 1 },
      ]);
      expect(await store.sharers("network", [])).toEqual([]);
    });

    test("other questions may be asked while an answer is being read", async () => {
      const seen: string[] = [];
      for await (const { firstEventId } of store.firstSeen()) {
        seen.push(firstEventId);
        await store.facets({ ids: [firstEventId] });
      }
      expect(seen.length).toBeGreaterThan(10);
    });
  });
}
