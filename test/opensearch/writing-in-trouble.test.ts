import { describe, expect, test } from "@jest/globals";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import {
  type EventWriteOptions,
  UnwrittenEventsError,
  writeEvents,
} from "#adapters/opensearch/documents/bulk-writer.ts";
import type { EventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import { indexTemplates } from "#adapters/opensearch/documents/mappings.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import { HOUR } from "#core/domain/time.ts";
import { sampleEvent } from "../fakes/usage-events.ts";
import { ownNode } from "./support/own-node.ts";

const TIME = Date.UTC(2026, 10, 3, 12);
const BREATH_MS = 20;

function* entries(count: number): Generator<EventEntry> {
  for (let n = 0; n < count; n++) {
    const event = sampleEvent({ id: `e-${n}`, time: TIME + (n % HOUR) });
    const account = {
      id: event.account,
      alias: "a",
      type: "unknown",
      ouPath: null,
      costCenter: null,
      owner: null,
    } as const;
    yield {
      event,
      account: { ...account, tags: {}, known: false },
      details: { counted: true, fingerprint: event.id, firsts: [] },
    };
  }
}

/** A node that takes one write at a time and small requests only, and that may be killed. */
describe("a node in trouble", () => {
  const node = ownNode({
    "thread_pool.write.size": "1",
    "thread_pool.write.queue_size": "1",
    "http.max_content_length": "1mb",
  });

  async function place(namespace: string): Promise<IndexNames> {
    const names = indexNames(namespace);
    for (const { name, body } of indexTemplates(names, { replicas: 0 })) {
      await node.connection.send("PUT", `/_index_template/${name}`, { body });
    }
    return names;
  }
  const write = (
    names: IndexNames,
    source: Iterable<EventEntry> | AsyncIterable<EventEntry>,
    options: Partial<EventWriteOptions> = {},
    connection: OpenSearchConnection = node.connection,
  ) => writeEvents(connection, names, source, { now: () => TIME, ...options });
  const count = async (names: IndexNames): Promise<number> => {
    await node.connection.send("POST", `/${names.events}/_refresh`);
    return (await node.connection.send("GET", `/${names.events}/_count`)).body.count;
  };

  test("a full queue loses nothing", async () => {
    const names = await place("queue-");
    let pauses = 0;
    const pause = async () => {
      pauses++;
      await new Promise((done) => setTimeout(done, BREATH_MS));
    };
    const result = await write(names, entries(1500), { batchBytes: 30_000, concurrency: 12, retries: 500, pause });
    expect(result).toMatchObject({ read: 1500, created: 1500, duplicates: 0 });
    expect(await count(names)).toBe(1500);
    expect(pauses).toBeGreaterThan(0);
  });

  test("requests larger than the node takes become smaller", async () => {
    const names = await place("large-");
    expect(await write(names, entries(4000))).toMatchObject({ created: 4000, quarantined: 0 });
    expect(await count(names)).toBe(4000);
  });

  test("killed in the middle: run again, nothing is missing and nothing double", async () => {
    const names = await place("killed-");
    const all = 12_000;
    let dead: Promise<void> | null = null;
    async function* source() {
      let n = 0;
      for (const entry of entries(all)) {
        if (++n === all / 3) dead = node.kill();
        yield entry;
      }
    }
    const error = await write(names, source(), { batchBytes: 200_000 }).catch((caught: unknown) => caught);
    await dead;
    expect(error).toBeInstanceOf(UnwrittenEventsError);
    const { code, written, unwritten } = error as UnwrittenEventsError;
    expect(code).toBe("OPENSEARCH_UNREACHABLE");
    expect(written.created + unwritten.length).toBeLessThan(all);
    await node.restart();
    await node.connection.send("GET", "/_cluster/health", { query: { wait_for_status: "yellow", timeout: "60s" } });
    const stood = await count(names);
    expect(stood).toBeGreaterThanOrEqual(written.created);
    expect(await write(names, entries(all), { batchBytes: 200_000 })).toMatchObject({
      created: all - stood,
      duplicates: stood,
      conflicts: 0,
      quarantined: 0,
    });
    expect(await count(names)).toBe(all);
  }, 300_000);
});
