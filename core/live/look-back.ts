import type { Incident, IncidentDraft } from "../domain/incident.ts";
import { parseUsdText, usdText } from "../domain/money.ts";
import type { Signal } from "../domain/signal.ts";
import { BUCKET, bucketStart, DAY, type EpochMs, MINUTE } from "../domain/time.ts";
import { counted, duration, listed } from "../messages/format.ts";
import { dollarRange } from "../messages/money.ts";
import { quantityOf } from "../messages/quantity.ts";
import type { BilledDay, CostHistory } from "../ports/cost-history.ts";
import type { EventStore } from "../ports/event-store.ts";

/** Counts named in a clause. */
const COUNTS = 3;

/** Whole days of the bill before an incident's own. */
const BILLED_DAYS = 14;

/**
 * What was counted shortly before a message in the accounts of an incident, of what departed in it; `null` where nothing of
 * it is counted. By the events as they are, buckets that are open too.
 */
export async function countedLately(
  draft: IncidentDraft,
  store: Pick<EventStore, "rollup">,
  signals: readonly Signal[],
  now: EpochMs,
  minutes: number,
): Promise<string | null> {
  const departed = new Set(draft.findings.flatMap((finding) => (finding.kind === "anomaly" ? [finding.signal] : [])));
  // The same calls per principal are counted per region too, and are told once.
  const meant = signals.filter(({ id, per }) => per === "region" && [...departed].some((name) => name.startsWith(id)));
  if (meant.length === 0) return null;
  const accounts = new Set(draft.accounts.map(({ id }) => id));
  const window = { start: bucketStart(now - minutes * MINUTE), end: bucketStart(now) + BUCKET };
  const totals = new Map<string, number>();
  for await (const { signal, entity, value } of store.rollup(meant, BUCKET, window)) {
    if (accounts.has(entity.account)) totals.set(signal, (totals.get(signal) ?? 0) + value);
  }
  const said = meant.flatMap((signal) => {
    const total = totals.get(signal.id) ?? 0;
    return total > 0 ? [quantityOf(total, signal, signal.id)] : [];
  });
  const before = `in the ${duration(minutes * MINUTE)} before this message`;
  return said.length === 0 ? `nothing of the kind ${before}` : `${listed(said, COUNTS)} ${before}`;
}

/** What the account that is most affected was billed for the service that most of the calls were made to, before the incident. */
export async function billedBefore(incident: Incident, history: CostHistory): Promise<string | null> {
  const [account] = incident.accounts;
  const service = serviceOf(incident);
  if (!account || service === null) return null;
  const end = Math.floor(incident.window.start / DAY) * DAY;
  const window = { start: end - BILLED_DAYS * DAY, end };
  const answer = await history.daily({ account: account.id, service, window });
  if (answer.status === "unavailable") return `What was billed before is not known: ${answer.reason}`;
  if (answer.days.length === 0)
    return `Nothing was billed for ${service} in this account in the ${BILLED_DAYS} days before`;
  return `Billed for ${service} in this account: ${rangeOf(answer.days)} a day in the ${counted(answer.days.length, "day")} before${
    answer.days.some(({ estimated }) => estimated) ? ", the last of them not final" : ""
  }`;
}

function rangeOf(days: readonly BilledDay[]): string {
  const amounts = days.map(({ usd }) => parseUsdText(usd)).sort((a, b) => (a < b ? -1 : 1));
  const [low, high] = [amounts[0] ?? 0n, amounts.at(-1) ?? 0n];
  return dollarRange({ low: usdText(low), high: usdText(high) });
}

/** Of most calls, by the findings together. */
function serviceOf({ findings }: Incident): string | null {
  const calls = new Map<string, number>();
  for (const { value, count } of findings.flatMap(({ facets }) => facets.actions)) {
    const service = value.slice(0, value.indexOf(":"));
    calls.set(service, (calls.get(service) ?? 0) + count);
  }
  return [...calls].sort(([a, few], [b, many]) => many - few || (a < b ? -1 : 1))[0]?.[0] ?? null;
}
