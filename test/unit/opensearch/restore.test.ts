import { expect, test } from "@jest/globals";
import type { OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { restoreSnapshot } from "#adapters/opensearch/documents/snapshots.ts";
import { indexNames } from "#adapters/opensearch/index-names.ts";

const INDEX = "t-usage-events-2026.11.03";
const RESTORED = `restored-${INDEX}`;

/** A node that restores one index of two shards, and says of it what is given, look by look. */
function restoring(looks: readonly { status: string; active: number }[]): OpenSearchConnection {
  const left = [...looks];
  return {
    url: "http://node",
    close: async () => {},
    async send(_method, path) {
      if (path.startsWith("/_cluster/health/")) {
        const { status, active } = left.shift() ?? { status: "none", active: -1 };
        const health = { status, number_of_shards: 2, active_primary_shards: active };
        return { status: 200, body: { status, indices: { [RESTORED]: health } } };
      }
      if (path.endsWith("/_restore")) return { status: 200, body: { accepted: true } };
      const snapshot = { snapshot: "s", state: "SUCCESS", start_time_in_millis: 0, indices: [INDEX] };
      return { status: 200, body: { snapshots: [snapshot] } };
    },
  };
}

const restored = (looks: readonly { status: string; active: number }[], pause: () => void = () => {}) =>
  restoreSnapshot(restoring(looks), indexNames("t-"), "s", { prefix: "restored-", pause: async () => pause() });

test("an index that is yellow before it has a shard is waited for until all of them are there", async () => {
  let pauses = 0;
  const looks = [
    { status: "yellow", active: 0 },
    { status: "yellow", active: 1 },
    { status: "yellow", active: 2 },
  ];
  expect(await restored(looks, () => void pauses++)).toEqual([RESTORED]);
  expect(pauses).toBe(2);
});

test("a shard that a node fails at for a while is waited for; one that it gives up is an error", async () => {
  const red = (looks: number) => Array.from({ length: looks }, () => ({ status: "red", active: 1 }));
  expect(
    await restored([...red(14), { status: "yellow", active: 1 }, ...red(14), { status: "green", active: 2 }]),
  ).toEqual([RESTORED]);
  await expect(restored(red(15))).rejects.toMatchObject({
    code: "OPENSEARCH_FAILED",
    message: `${RESTORED} is not restored: 1 of 2 shards are there, and the rest cannot be`,
  });
});
