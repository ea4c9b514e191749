import type { AccountContext } from "#core/domain/account.ts";
import type { Analysis, SpendFigures } from "#core/domain/analysis.ts";
import type { Incident } from "#core/domain/incident.ts";
import { HOUR } from "#core/domain/time.ts";
import { ACCOUNTS, NIGHT, PROD, SPAN } from "../explain/world.ts";

const spend: SpendFigures = {
  addedPerHour: { low: "312.5", high: "340" },
  removedPerHour: { low: "1.284", high: "1.5408" },
  once: { low: "0.42", high: "0.42" },
  unpricedEvents: 14,
};

const NONE = { info: 0, low: 0, medium: 0, high: 0, critical: 0 };

/** An analysis around the given incidents. */
export const analysisOf = (
  incidents: readonly Incident[],
  accounts: readonly AccountContext[] = ACCOUNTS,
): Analysis => ({
  version: "0.1.0",
  span: SPAN,
  ingest: {
    files: 4032,
    filesSkipped: 0,
    filesLeftOut: { "digest file": 12 },
    bytes: 48_200_000,
    read: 213_540,
    stored: 212_331,
    duplicates: 1204,
    conflicts: 1,
    quarantined: { "broken-json": 2, "missing-field": 1 },
    leftOut: 0,
    insights: 3,
    first: SPAN.start,
    last: SPAN.end,
  },
  accounts: accounts.map((context) => ({
    context,
    coverage: {
      account: context.id,
      first: SPAN.start,
      last: SPAN.end,
      events: 50_000,
      dataEvents: false,
      dataEventServices: [],
      regions: ["eu-west-1"],
    },
    spend,
  })),
  incidents,
  unknownWindows: [
    {
      account: PROD.id,
      window: { start: NIGHT - 8 * HOUR, end: NIGHT - 5 * HOUR },
      reason: "no events from an account that is never silent",
    },
  ],
  spend: { ...spend, pricesAsOf: "2026-10-01", sources: ["list"] },
  rollups: {
    byOu: [],
    byType: [
      { key: "production", accounts: 2, events: 100_000, incidents: { ...NONE, high: 2 }, spend },
      { key: "development", accounts: 1, events: 50_000, incidents: { ...NONE, critical: 1 }, spend },
    ],
    byCostCenter: [],
  },
});
