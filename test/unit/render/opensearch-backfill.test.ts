import { expect, test } from "@jest/globals";
import { renderBackfill } from "../../../cli/render/opensearch-backfill.ts";

const NOTHING = {
  files: 1,
  bytes: 10,
  read: 0,
  created: 0,
  duplicates: 0,
  conflicts: 0,
  quarantined: 0,
  reasons: {},
  unreadable: 0,
  insights: 0,
  recounted: 0,
  repriced: 0,
  rollups: { window: null, written: 0, removed: 0 },
  expired: null,
};

test("a backfill says what came in, what did not and why, and what it deleted", () => {
  const text = renderBackfill(
    {
      ...NOTHING,
      files: 2,
      read: 1205,
      created: 1200,
      duplicates: 2,
      conflicts: 1,
      quarantined: 2,
      reasons: { "older-than-retention": 2 },
      unreadable: 3,
      insights: 1,
      rollups: { window: { start: Date.UTC(2026, 10, 1), end: Date.UTC(2026, 10, 3) }, written: 7000, removed: 5 },
      expired: {
        deleted: ["usage-events-2026.08.01"],
        left: [{ index: "usage-events-2026.07.31", reason: "a snapshot is being taken" }],
      },
    },
    "http://127.0.0.1:9200",
  );
  expect(text.split("\n")).toEqual([
    "1,205 events from 2 files to http://127.0.0.1:9200: 1,200 new, 2 were there already",
    "1 event in quarantine: the same id stands there with other content",
    "2 events in quarantine: 2 older-than-retention",
    "3 records in quarantine: no event could be read",
    "1 record of CloudTrail Insights kept",
    "roll-ups of 2026-11-01 00:00 to 2026-11-03 00:00 UTC: 7,000 written, 5 taken back",
    "not kept any more: usage-events-2026.08.01 deleted",
    "not kept any more, and refused for now: usage-events-2026.07.31 (a snapshot is being taken)",
    "",
  ]);
});

test("a backfill that brought nothing says only that", () => {
  expect(renderBackfill(NOTHING, "http://127.0.0.1:9200")).toBe(
    "0 events from 1 file to http://127.0.0.1:9200: 0 new, 0 were there already\nroll-ups: none to bring up to date\n",
  );
});
