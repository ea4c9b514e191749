import { expect, test } from "@jest/globals";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import type { WatchCheckpoint } from "#core/live/checkpoint.ts";
import { silentDetectors } from "#core/live/silent-detectors.ts";
import type { DetectorState } from "#core/ports/second-opinion.ts";
import { MemorySecondOpinions } from "../../fakes/memory-second-opinions.ts";

const NOW = Date.UTC(2026, 10, 3, 12);

const state = (signal: string, unheard: DetectorState["unheard"]): DetectorState => ({
  signal,
  by: "region",
  unheard,
  until: null,
});

const FOREST = new MemorySecondOpinions([
  state("a", null),
  state("b", { why: "learning" }),
  state("c", { why: "absent" }),
  state("d", { why: "silent", since: NOW - 9 * HOUR }),
  state("e", { why: "stopped" }),
  state("f", { why: "error", message: "no memory" }),
]);

const watched = (closed: readonly number[], catchUp: WatchCheckpoint["catchUp"] = null) => ({
  rollUp: {
    version: 1 as const,
    signals: "",
    accounts: Object.fromEntries(closed.map((time, at) => [`account-${at}`, { closed: time, unknown: [] }])),
  },
  catchUp,
});

test("who is silent, was stopped or fails is counted while there is something to judge", async () => {
  expect(await silentDetectors(FOREST, watched([NOW - 9 * HOUR, NOW - 20 * MINUTE]), NOW)).toBe(3);
});

test("nobody is expected to speak without roll-ups, or before they are caught up on", async () => {
  expect(await silentDetectors(FOREST, { rollUp: null, catchUp: null }, NOW)).toBeNull();
  expect(await silentDetectors(FOREST, watched([NOW - 2 * HOUR]), NOW)).toBeNull();
  const catchUp = { since: 0, until: NOW - HOUR, at: NOW, sweptAt: 0, events: 1, wary: false };
  expect(await silentDetectors(FOREST, watched([NOW - 20 * MINUTE], catchUp), NOW)).toBeNull();
});
