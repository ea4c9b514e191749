import type { Config } from "#core/config/index.ts";
import type { Incident, IncidentDraft } from "#core/domain/incident.ts";
import type { InsightRecord } from "#core/domain/insight.ts";
import type { AccountDirectory } from "#core/ports/account-directory.ts";
import type { EventStore } from "#core/ports/event-store.ts";
import { createPriceBook } from "#core/pricing/price-book.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { analyze } from "#core/use-cases/analyze.ts";
import { createCountEngine } from "#engine/count-engine.ts";

/** What `trailwatch analyze` says of a store. */
export async function analysed(
  store: EventStore,
  config: Config,
  directory: AccountDirectory,
  insights: readonly InsightRecord[] = [],
): Promise<readonly Incident[]> {
  const { incidents } = await analyze({
    version: "test",
    store,
    directory,
    priceBook: createPriceBook(),
    engine: createCountEngine(),
    config,
    signals: resolveSignals(config.signals),
    ingest: NOTHING_READ,
    insights,
  });
  return incidents;
}

const NOTHING_READ = {
  files: 0,
  filesSkipped: 0,
  filesLeftOut: {},
  bytes: 0,
  read: 0,
  stored: 0,
  duplicates: 0,
  conflicts: 0,
  quarantined: {},
  leftOut: 0,
  insights: 0,
  first: null,
  last: null,
};

/** What must be the same of an incident, whether it was found as it happened or afterwards. Sorted by id. */
export const essence = (incidents: readonly IncidentDraft[]) =>
  incidents
    .map(({ id, accounts, principals, window, severity, findings, paging, expected }) => ({
      id,
      accounts: accounts.map((account) => account.id),
      principals,
      window,
      severity,
      findings: findings.map((finding) => finding.id),
      paged: paging.paged,
      expected: expected.expected,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
