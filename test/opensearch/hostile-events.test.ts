import { beforeAll, expect, test } from "@jest/globals";
import { MINUTE } from "#core/domain/time.ts";
import type { EventStore } from "#core/ports/event-store.ts";
import { BUILT_IN_SIGNALS } from "#core/signals/definitions.ts";
import { MemoryEventStore } from "../fakes/memory-event-store.ts";
import { type GeneratedEvent, launched, sampleEvent } from "../fakes/usage-events.ts";
import { emptyPlace, refilled } from "./filled-opensearch.ts";
import { liveNode } from "./support/live-node.ts";

const node = liveNode();

/** What somebody may call things, to be counted as what it is and never read as anything else. */
const HOSTILE: readonly string[] = [
  "*",
  "a*",
  "?",
  "_source",
  '{"match_all":{}}',
  '"}}},"script":{"source":"1"}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a look-up, to those who look it up
  "${jndi:ldap://x}",
  "doc['account'].value",
  "a AND account:*",
  "account:111111111111 OR true",
  "../../_cluster/settings",
  "%2e%2e%2f",
  "line\nbreak\r\n",
  '\n{"delete":{"_index":"*"}}\n',
  "tab\tand\u0007bell",
  "quote\"quote'quote`",
  "back\\slash\\",
  "{{mustache}}",
  "\u202eright to left",
  "🚨\u{10ffff}",
  "\ue000 before \u{1f6a8}",
  " ",
  "",
  "null",
  "… sha256:0000000000000000000000000000000000000000000000000000000000000000",
  "long".repeat(500),
  `${"long".repeat(500)}.`,
  "x".repeat(8191),
  "x".repeat(8192),
  "y".repeat(40_000),
  "🚨".repeat(20_000),
];

const sample = sampleEvent({ id: "x" });
const START = sample.time;

const ENTRIES: readonly GeneratedEvent[] = HOSTILE.flatMap((text, at) =>
  [0, 1].map((copy) => ({
    counted: true,
    event: sampleEvent({
      id: `${String(at).padStart(2, "0")}-${copy}`,
      time: START + (at % 7) * MINUTE,
      action: "RunInstances",
      service: copy === 0 ? "ec2" : "lambda",
      readOnly: false,
      errorCode: text,
      marks: ["identity-changed"],
      principal: { ...sample.principal, id: text, name: text, arn: text, session: text, accessKeyId: text },
      origin: { ...sample.origin, network: text, userAgent: text, invokedBy: at % 2 === 0 ? null : text },
      resources: [text, `${text}/2`],
      counterparties: [text],
      quantities: [
        launched(at, text),
        { ...launched(1, text), kind: "function-invocations", change: "used", resourceIds: [text] },
      ],
    }),
  })),
);

const memory = new MemoryEventStore(ENTRIES, () => true);
let store: EventStore;

beforeAll(async () => {
  store = await refilled(await emptyPlace(node), ENTRIES, () => true);
});

const all = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const list: T[] = [];
  for await (const row of rows) list.push(row);
  return list;
};

test("signals per principal and per resource count every name as it is", async () => {
  const rows = await all(store.rollup(BUILT_IN_SIGNALS, MINUTE));
  expect(rows).toEqual(await all(memory.rollup(BUILT_IN_SIGNALS, MINUTE)));
  expect(new Set(rows.map(({ entity }) => entity.principal)).size).toBe(HOSTILE.length + 1);
  expect(new Set(rows.map(({ entity }) => entity.resource)).size).toBe(HOSTILE.length + 1);
});

test("first uses name every value", async () => {
  expect(await all(store.firstSeen())).toEqual(await all(memory.firstSeen()));
});

test.each(HOSTILE.map((text) => [text.slice(0, 40), text]))(
  "%j finds what has that name, and nothing else",
  async (_, text) => {
    for (const query of [
      { principals: [text] },
      { sessions: [text] },
      { accessKeys: [text] },
      { networks: [text] },
      { resources: [text] },
    ]) {
      expect(await store.events(query, 100)).toEqual(await memory.events(query, 100));
      expect(await store.occurrences(query)).toEqual(await memory.occurrences(query));
      expect(await store.facets(query)).toEqual(await memory.facets(query));
    }
    expect(await store.events({ accounts: [text], regions: [text], tools: [text] }, 100)).toEqual([]);
    expect(await store.events({ ids: [text] }, 100)).toEqual([]);
    expect(await store.events({ filter: { actions: [text] } }, 100)).toEqual([]);
    for (const kind of ["network", "session", "resource"] as const) {
      expect(await store.sharers(kind, [text])).toEqual(await memory.sharers(kind, [text]));
    }
  },
);

test("facets of all of it name the same values", async () => {
  expect(await store.facets({})).toEqual(await memory.facets({}));
});
