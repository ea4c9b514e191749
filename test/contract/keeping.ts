import { beforeEach, describe, expect, test } from "@jest/globals";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { AnswerCache } from "#core/ports/answer-cache.ts";
import type { BlobStore } from "#core/ports/blob-store.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FailedBatch, FailedBatches, FailedSelection } from "#core/ports/failed-batches.ts";
import type { SnapshotStore } from "#core/ports/snapshot-store.ts";
import { TestClock } from "./leases.ts";

const START = Date.UTC(2026, 10, 3, 2);

/** What every keeper of blobs does. */
export function blobStoreContract(name: string, open: () => Promise<BlobStore>): void {
  describe(`blobs: ${name}`, () => {
    test("come back byte for byte, until they are removed", async () => {
      const blobs = await open();
      const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251);
      await blobs.put("states/a", bytes);
      await blobs.put("states/b", new Uint8Array([0, 255]));
      expect(Buffer.compare((await blobs.get("states/a")) ?? new Uint8Array(), bytes)).toBe(0);
      await blobs.remove("states/a");
      await blobs.remove("states/never");
      expect(await blobs.get("states/a")).toBeNull();
      expect([...((await blobs.get("states/b")) ?? [])]).toEqual([0, 255]);
    });
  });
}

/** What every keeper of answers does. `open` gives a new one, on the clock that it is handed. */
export function answerCacheContract(name: string, open: (clock: Clock) => Promise<AnswerCache>): void {
  describe(`answers: ${name}`, () => {
    test("are good until their time, and replaced by newer ones", async () => {
      const clock = new TestClock();
      const answers = await open(clock);
      expect(await answers.read("a")).toBeNull();
      await answers.write("a", { days: [1, "🚨"] }, clock.time + HOUR);
      await answers.write("b", [null], clock.time + MINUTE);
      expect(await answers.read("a")).toEqual({ days: [1, "🚨"] });
      clock.time += MINUTE;
      expect(await answers.read("b")).toBeNull();
      await answers.write("a", 2, clock.time + 1);
      expect(await answers.read("a")).toBe(2);
      clock.time += 1;
      expect(await answers.read("a")).toBeNull();
    });

    test("may be long", async () => {
      const clock = new TestClock();
      const answers = await open(clock);
      const long = Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 104_729);
      await answers.write("a", long, clock.time + HOUR);
      expect(await answers.read("a")).toEqual(long);
    });
  });
}

/** What every keeper of snapshots does. */
export function snapshotStoreContract(name: string, open: () => Promise<SnapshotStore>): void {
  describe(`snapshots: ${name}`, () => {
    test("the newest by its time is the latest, of each name its own", async () => {
      const snapshots = await open();
      expect(await snapshots.latest("organization")).toBeNull();
      await snapshots.write("organization", { takenAt: START + 1, content: { accounts: ["é"] } });
      await snapshots.write("organization", { takenAt: START, content: "older" });
      await snapshots.write("prices", { takenAt: START, content: null });
      expect(await snapshots.latest("organization")).toEqual({ takenAt: START + 1, content: { accounts: ["é"] } });
      await snapshots.write("organization", { takenAt: START + 1, content: "again" });
      expect((await snapshots.latest("organization"))?.content).toBe("again");
      expect(await snapshots.latest("prices")).toEqual({ takenAt: START, content: null });
    });
  });
}

export const failedBatch = (changes: Partial<FailedBatch> = {}): FailedBatch => ({
  source: "MultiAccountLogsFunction",
  requestId: "3f1e9b52-0d3c-4d5e-9a53-000000000001",
  failedAt: START,
  reason: "OpenSearch is red",
  payload: { awslogs: { data: "H4sI" } },
  ...changes,
});

/** What every keeper of failed batches does. */
export function failedBatchesContract(name: string, open: () => Promise<FailedBatches>): void {
  describe(`failed batches: ${name}`, () => {
    let batches: FailedBatches;
    beforeEach(async () => {
      batches = await open();
    });
    const times = async (selection?: FailedSelection): Promise<readonly number[]> => {
      const found: number[] = [];
      for await (const { failedAt } of batches.list(selection)) found.push(failedAt - START);
      return found;
    };

    test("a batch comes back whole, and once however often it is kept", async () => {
      const id = await batches.keep(failedBatch());
      expect(await batches.keep(failedBatch())).toBe(id);
      expect(await batches.read(id)).toEqual(failedBatch());
      const listed = [];
      for await (const kept of batches.list()) listed.push(kept);
      expect(listed).toEqual([{ id, source: "MultiAccountLogsFunction", failedAt: START }]);
    });

    test("batches are found by time and function, each function's earliest first", async () => {
      for (const minutes of [90, 0, 30, 60 * 24 * 40]) {
        await batches.keep(failedBatch({ failedAt: START + minutes * MINUTE + 5 }));
      }
      await batches.keep(failedBatch({ source: "UsageRollupFunction", failedAt: START + 7 }));
      const logs = "MultiAccountLogsFunction";
      expect(await times({ source: logs })).toEqual([5, 30 * MINUTE + 5, 90 * MINUTE + 5, 60 * 24 * 40 * MINUTE + 5]);
      expect(await times({ source: logs, from: START + 5, to: START + 90 * MINUTE + 5 })).toEqual([5, 30 * MINUTE + 5]);
      expect(await times({ source: logs, from: START + 6, to: START + 90 * MINUTE + 6 })).toEqual([
        30 * MINUTE + 5,
        90 * MINUTE + 5,
      ]);
      expect(await times({ to: START + 10 })).toEqual([5, 7]);
      expect(await times({ source: "another" })).toEqual([]);
    });

    test("what has been worked off is gone", async () => {
      const id = await batches.keep(failedBatch());
      await batches.remove(id);
      await batches.remove(id);
      expect(await times()).toEqual([]);
      await expect(batches.read(id)).rejects.toMatchObject({ code: "AWS_NOT_FOUND" });
    });
  });
}
