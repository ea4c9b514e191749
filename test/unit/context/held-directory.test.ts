import { expect, test } from "@jest/globals";
import { parseConfig } from "#core/config/index.ts";
import { HeldDirectory } from "#core/context/held-directory.ts";
import { MINUTE } from "#core/domain/time.ts";
import type { Snapshot, SnapshotStore } from "#core/ports/snapshot-store.ts";
import { TestClock } from "../../contract/leases.ts";

class CountingSnapshots implements SnapshotStore {
  latestSnapshot: Snapshot | null = null;
  failure: Error | null = null;
  reads = 0;

  async write(): Promise<void> {}

  async latest(): Promise<Snapshot | null> {
    this.reads++;
    if (this.failure) throw this.failure;
    return this.latestSnapshot;
  }
}

const listing = (...names: readonly string[]) => ({
  organizationId: "o-abcdefghij",
  managementAccountId: null,
  accounts: names.map((name, at) => ({ id: String(111_111_111_111 + at), name, ouPath: "/", tags: {} })),
});

function opened() {
  const snapshots = new CountingSnapshots();
  const clock = new TestClock();
  const held = new HeldDirectory(snapshots, "organization", parseConfig({}).context, () => clock.time);
  return { snapshots, clock, held };
}

test("the snapshot is read once, then looked for every quarter of an hour", async () => {
  const { snapshots, clock, held } = opened();
  snapshots.latestSnapshot = { takenAt: 5, content: listing("payments") };
  const [first] = await Promise.all([held.current(), held.current()]);
  expect(first).toMatchObject({ takenAt: 5, error: null });
  expect(first.directory.account("111111111111")).toMatchObject({ alias: "payments", known: true });
  for (let at = 0; at < 1000; at++) first.directory.account(String(200_000_000_000 + at));
  clock.time += 15 * MINUTE - 1;
  expect((await held.current()).directory).toBe(first.directory);
  expect(snapshots.reads).toBe(1);
  clock.time += 1;
  expect((await held.current()).directory).toBe(first.directory);
  expect(snapshots.reads).toBe(2);
  snapshots.latestSnapshot = { takenAt: 6, content: listing("payments", "new") };
  clock.time += 15 * MINUTE;
  expect((await held.current()).directory.account("111111111112").alias).toBe("new");
});

test("before the first snapshot every account is unknown, and it is looked for every minute", async () => {
  const { snapshots, clock, held } = opened();
  const nothing = await held.current();
  expect(nothing).toMatchObject({ takenAt: null, error: null });
  expect(nothing.directory.account("111111111111").known).toBe(false);
  snapshots.latestSnapshot = { takenAt: 5, content: listing("payments") };
  clock.time += MINUTE;
  expect((await held.current()).directory.account("111111111111").known).toBe(true);
});

test("while the store fails or holds nonsense, what is known stays, with the reason", async () => {
  const { snapshots, clock, held } = opened();
  snapshots.latestSnapshot = { takenAt: 5, content: listing("payments") };
  const known = await held.current();
  snapshots.failure = new Error("S3 is away");
  clock.time += 15 * MINUTE;
  const kept = await held.current();
  expect(kept.directory).toBe(known.directory);
  expect([kept.takenAt, kept.error?.message]).toEqual([5, "S3 is away"]);
  snapshots.failure = null;
  clock.time += MINUTE;
  expect((await held.current()).error).toBeNull();
  clock.time += 15 * MINUTE;
  snapshots.latestSnapshot = { takenAt: 6, content: { accounts: [{ id: 7 }] } };
  expect((await held.current()).error).toMatchObject({ code: "ORGANIZATION_INVALID" });
  snapshots.latestSnapshot = { takenAt: 7, content: listing("renamed") };
  clock.time += MINUTE;
  expect(await held.current()).toMatchObject({ takenAt: 7, error: null });
});
