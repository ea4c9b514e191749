import { expect, test } from "@jest/globals";
import type { EventWriter } from "#adapters/duckdb/write-events.ts";
import type { SourceFile } from "#core/ports/event-source.ts";
import { FileQueue } from "../../../cli/ingest/file-queue.ts";

const file = (number: number): SourceFile => ({
  path: `/logs/${number}.json`,
  size: 1,
  tag: "1",
  localPath: null,
  reopenable: true,
  open: async () => new TextEncoder().encode('{"Records":[]}'),
});

/** A store that cannot be written: a full disk, memory that does not suffice. */
const failing = {
  has: () => false,
  replaces: () => false,
  startFile: async () => {
    throw new Error("no space left");
  },
  abandonFile: async () => {},
  commit: async () => {},
} as unknown as EventWriter;

test("a store that fails while nobody waits ends the reading, and does not stop it for good", async () => {
  const queue = new FileQueue(failing, 0, {});
  const reading = (async () => {
    await queue.add(file(1));
    // the failure is known before anybody waits for a change
    await new Promise((resolve) => setTimeout(resolve, 20));
    await queue.drain(undefined, () => {});
  })();
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("still waiting")), 2000).unref());
  await expect(Promise.race([reading, late])).rejects.toThrow("no space left");
  await queue.close();
});
