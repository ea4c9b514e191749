import type { Novelty } from "../domain/finding.ts";
import { compareText } from "../domain/ordering.ts";
import { BUCKET, DAY, type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import { shortHash } from "../incidents/identifier.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { EventQuery, LoggedAccount } from "../ports/event-store.ts";
import type { FirstUse } from "../ports/first-uses.ts";
import { DENIED_SUFFIX } from "../signals/first-seen.ts";
import type { NoveltyConfig } from "./config.ts";
import { judge } from "./judge.ts";
import { Peers } from "./peers.ts";

export interface NoveltyContext {
  readonly directory: AccountDirectory;
  readonly coverage: readonly LoggedAccount[];
  readonly span: TimeWindow;
  readonly config: NoveltyConfig;
}

/** A first that is news, before its company is looked at. */
export interface NoveltyDraft extends Omit<Novelty, "facets" | "eventIds"> {
  /** The first and what followed it. */
  readonly evidenceQuery: EventQuery;
}

/**
 * Which firsts are news, and how much each says alone: mostly `info`, at most `low`. What they say together is decided
 * with the incident. Sorted by time, then id. An account that appears later than the data begins is young from its
 * first event on; one that was there from the beginning, from the beginning of the data, because nothing before it is known.
 */
export function findNovelties(rows: readonly FirstUse[], context: NoveltyContext): NoveltyDraft[] {
  const { directory, coverage, config, span } = context;
  const since = new Map(coverage.map(({ account, first }) => [account, first]));
  const peers = new Peers(rows, directory, coverage);
  const principals = firstTimesOfPrincipals(rows);
  const networks = new Map<string, number>();
  const drafts: NoveltyDraft[] = [];
  for (const row of [...rows].sort(
    (a, b) => a.firstTime - b.firstTime || compareText(a.firstEventId, b.firstEventId),
  )) {
    const accountAgeDays = (row.firstTime - (since.get(row.account) ?? span.start)) / DAY;
    const owner = `${row.account}|${row.principal}`;
    const principalNetworks = networks.get(owner) ?? 0;
    if (row.dimension === "network") networks.set(owner, principalNetworks + 1);
    const peerUse = peers.before(row);
    const judgement = judge(row, {
      directory,
      config,
      accountAgeDays,
      peers: peerUse,
      elsewhereBefore: peers.anywhereBefore(row),
      principalAgeDays: (row.firstTime - (principals.get(owner) ?? row.firstTime)) / DAY,
      principalNetworks,
    });
    if (judgement === null) continue;
    drafts.push({
      kind: "novelty",
      id: `novelty-${shortHash(row.account, row.dimension, row.value)}`,
      account: row.account,
      region: row.region,
      window: { start: row.firstTime, end: row.firstTime + BUCKET },
      severity: judgement.severity,
      severityReasons: judgement.reasons,
      dimension: row.dimension,
      value: row.value,
      firstEventId: row.firstEventId,
      firstTime: row.firstTime,
      accountAgeDays: Math.floor(accountAgeDays),
      peers: peerUse,
      evidenceQuery: evidenceOf(row, config),
    });
  }
  return drafts.sort((a, b) => a.firstTime - b.firstTime || compareText(a.id, b.id));
}

function firstTimesOfPrincipals(rows: readonly FirstUse[]): Map<string, EpochMs> {
  const times = new Map<string, EpochMs>();
  for (const { account, dimension, value, firstTime } of rows) {
    if (dimension === "principal") times.set(`${account}|${value}`, firstTime);
  }
  return times;
}

/** What the same principal did with the new thing in the time after its first use. */
function evidenceOf({ account, dimension, value, firstTime, principal }: FirstUse, config: NoveltyConfig): EventQuery {
  const window = { start: firstTime, end: firstTime + config.followedWithinHours * HOUR };
  const own: EventQuery = { window, accounts: [account], principals: [principal] };
  switch (dimension) {
    case "region":
      return { ...own, regions: [value], filter: { readOnly: false, outcomes: ["success"] } };
    case "service":
      return { ...own, filter: { services: [value], readOnly: false, outcomes: ["success"] } };
    case "risky-action":
      return value.endsWith(DENIED_SUFFIX)
        ? { ...own, filter: { actions: [value.slice(0, -DENIED_SUFFIX.length)], outcomes: ["denied"] } }
        : { ...own, filter: { actions: [value] } };
    case "instance-family":
      return { ...own, filter: { quantities: ["instances"], quantityChange: "added" } };
    case "principal":
      return { window, accounts: [account], principals: [value] };
    case "network":
      return { window, accounts: [account], networks: [value] };
    case "tool":
      return { ...own, tools: [value] };
    case "cross-account":
      return { ...own, filter: { marks: ["cross-account"] } };
  }
}
