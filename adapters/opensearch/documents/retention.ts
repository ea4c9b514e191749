import { TrailwatchError } from "#core/domain/errors.ts";
import { DAY, type EpochMs } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "../connection.ts";
import type { IndexNames } from "../index-names.ts";
import { readEngine } from "../provisioning/engine.ts";

/** Whole days, today among them. */
export interface Retention {
  /** Of CloudTrail's Insights too, which speak of events. */
  readonly eventDays: number;
  readonly rollupDays: number;
}

export interface Deletions {
  readonly deleted: readonly string[];
  /** Old enough, and refused for now (a snapshot of it is being taken): the next run comes to it again. */
  readonly left: readonly { readonly index: string; readonly reason: string }[];
}

/** Start of the oldest day that is kept: what is before it is deleted, and not written again. Throws RangeError below one day. */
export function oldestKeptDay(now: EpochMs, days: number): EpochMs {
  if (!Number.isInteger(days) || days < 1) throw new RangeError(`what is kept is kept for whole days, not for ${days}`);
  return (Math.floor(now / DAY) - days + 1) * DAY;
}

/** Those of the indices that hold nothing but days that are not kept any more; never another's, whatever it is called. */
export function expiredIndices(
  names: IndexNames,
  existing: readonly string[],
  { eventDays, rollupDays }: Retention,
  now: EpochMs,
): readonly string[] {
  const oldestEvent = oldestKeptDay(now, eventDays);
  const oldestOf = [
    [names.insightsAt, oldestEvent],
    [names.rollupsAt, oldestKeptDay(now, rollupDays)],
  ] as const;
  return existing.filter((index) => {
    const [year, month, day] = datedPart(index);
    if (year === undefined || month === undefined) return false;
    if (day !== undefined) {
      const start = Date.UTC(year, month - 1, day);
      return names.eventsAt(start) === index && start < oldestEvent;
    }
    const monthsEnd = Date.UTC(year, month, 1);
    return oldestOf.some(([indexAt, oldest]) => indexAt(monthsEnd - DAY) === index && monthsEnd <= oldest);
  });
}

/** Year, month and day that a name ends with, as far as it does. */
const datedPart = (index: string): readonly (number | undefined)[] =>
  (/(\d{4})\.(\d\d)(?:\.(\d\d))?$/.exec(index) ?? []).slice(1).map((digits) => (digits ? Number(digits) : undefined));

/**
 * Deletes days of events and months of roll-ups and Insights that are not kept any more, each by its name: what the index management
 * plugin does where a cluster has it.
 */
export async function deleteExpired(
  connection: OpenSearchConnection,
  names: IndexNames,
  retention: Retention,
  now: EpochMs,
): Promise<Deletions> {
  const { body } = await connection.send("GET", `/_cat/indices/${names.events},${names.rollups},${names.insights}`, {
    query: { format: "json", h: "index", expand_wildcards: "all" },
  });
  const existing = (body as readonly { readonly index: string }[]).map(({ index }) => index).sort();
  const deleted: string[] = [];
  const left: { index: string; reason: string }[] = [];
  for (const index of expiredIndices(names, existing, retention, now)) {
    try {
      await connection.send("DELETE", `/${index}`, { allow: [404] });
      deleted.push(index);
    } catch (error) {
      if (!(error instanceof TrailwatchError) || error.code !== "OPENSEARCH_REFUSED") throw error;
      left.push({ index, reason: error.message });
    }
  }
  return { deleted, left };
}

/** The same where no policy of the cluster does it; `null` where one does. Runs once a day are enough. */
export async function deleteExpiredWithoutPolicy(
  connection: OpenSearchConnection,
  names: IndexNames,
  retention: Retention,
  now: EpochMs,
): Promise<Deletions | null> {
  const { plugins } = await readEngine(connection);
  return plugins.has("indexManagement") ? null : deleteExpired(connection, names, retention, now);
}
