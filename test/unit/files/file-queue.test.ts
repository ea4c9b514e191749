import { expect, test } from "@jest/globals";
import type { EventWriter } from "#adapters/duckdb/write-events.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
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

/** Keeps what it is given, in memory. */
function keeping(): { readonly writer: EventWriter; readonly finished: string[] } {
  const finished: string[] = [];
  const writer = {
    has: () => false,
    replaces: () => false,
    startFile: async () => 1,
    append: () => {},
    addInsights: async () => {},
    addQuarantined: async () => {},
    finishFile: async (_id: number, { path }: { path: string }) => void finished.push(path),
    abandonFile: async () => {},
    commit: async () => {},
  } as unknown as EventWriter;
  return { writer, finished };
}

test("files from elsewhere are fetched together, and written in their order", async () => {
  const { writer, finished } = keeping();
  const queue = new FileQueue(writer, 0, {});
  let [open, most] = [0, 0];
  const slow = (number: number): SourceFile => ({
    ...file(number),
    open: async () => {
      most = Math.max(most, ++open);
      // the later, the sooner
      await new Promise((resolve) => setTimeout(resolve, 30 - (number % 10) * 3));
      open--;
      return new TextEncoder().encode('{"Records":[]}');
    },
  });
  for (let number = 0; number < 60; number++) await queue.add(slow(number));
  await queue.drain(undefined, () => {});
  await queue.close();
  expect(finished).toEqual(Array.from({ length: 60 }, (_, number) => `/logs/${number}.json`));
  expect(most).toBeGreaterThan(10);
  expect(most).toBeLessThan(30);
});

test("credentials that expire end the reading with their error", async () => {
  const { writer } = keeping();
  const queue = new FileQueue(writer, 0, {});
  const expired = new TrailwatchError("AWS_CREDENTIALS", "expired", "Sign in again.");
  const failed: SourceFile = { ...file(2), open: () => Promise.reject(expired) };
  await queue.add(file(1));
  const reading = queue.add(failed).then(() => queue.drain(undefined, () => {}));
  await expect(reading).rejects.toBe(expired);
  await queue.close();
});

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

test("a commit that fails says why, and is not tried again", async () => {
  const { writer } = keeping();
  let commits = 0;
  writer.commit = async () => {
    commits++;
    throw new Error("no space left");
  };
  const queue = new FileQueue(writer, 0, {});
  await queue.add(file(1));
  await expect(queue.drain(undefined, () => {})).rejects.toThrow("no space left");
  await queue.close();
  expect(commits).toBe(1);
});
