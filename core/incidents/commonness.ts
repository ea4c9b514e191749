import type { Finding } from "../domain/finding.ts";
import { DAY, type EpochMs, HOUR, type TimeWindow } from "../domain/time.ts";
import type { EventStore, SharedKeyKind } from "../ports/event-store.ts";
import type { FirstUse } from "../ports/first-uses.ts";
import { isAwsHost } from "./actors.ts";
import type { IncidentsConfig } from "./config.ts";
import { dominant } from "./facets.ts";

export type { SharedKeyKind };

/** How many share a key. What many share says nothing about two findings that share it too. */
export interface KeyCommonness {
  /**
   * Principals that used it over the whole store, or for a session's name the credentials that carried it if those are
   * more; at most {@link MANY}. Infinity where it was not asked about.
   */
  users(kind: SharedKeyKind, value: string): number;
  /** Accounts that the principal acted in; 1 where not known. */
  accountsOf(principal: string): number;
  /** First use of the network in any account; `null` where not known. */
  networkSince(network: string): EpochMs | null;
  /** First use of the network by anybody in one account; `null` where not known. */
  networkSinceIn(account: string, network: string): EpochMs | null;
}

/** A key must carry at least this part of a finding's events to speak for it. */
export const KEY_SHARE = 0.5;

/** From here on the number of sharers makes no difference. */
const MANY = 20;

/** Keys asked about; those that most findings share come first, what is left counts as common. */
const MAX_KEYS = 300;

const KINDS: readonly SharedKeyKind[] = ["network", "session", "resource"];

/** Asks the store about every key that at least two findings share. */
export async function gatherCommonness(
  store: Pick<EventStore, "sharers">,
  firstUses: Iterable<FirstUse> | AsyncIterable<FirstUse>,
  findings: readonly Finding[],
): Promise<KeyCommonness> {
  const wanted = sharedKeys(findings).slice(0, MAX_KEYS);
  const users = new Map(wanted.map(({ kind, value }) => [`${kind}|${value}`, 0]));
  for (const kind of KINDS) {
    const values = wanted.filter((key) => key.kind === kind).map(({ value }) => value);
    if (values.length === 0) continue;
    for (const { value, principals, accessKeys } of await store.sharers(kind, values)) {
      users.set(`${kind}|${value}`, Math.min(MANY, kind === "session" ? Math.max(principals, accessKeys) : principals));
    }
  }
  const networks = new Set(findings.flatMap(({ facets }) => facets.networks.map(({ value }) => value)));
  const principals = new Set(findings.flatMap(({ facets }) => facets.principals.map(({ value }) => value)));
  const accountsOf = new Map<string, Set<string>>();
  const since = new Map<string, EpochMs>();
  for await (const row of firstUses) {
    if (row.dimension === "network" && networks.has(row.value)) {
      keepEarliest(since, row.value, row.firstTime);
      keepEarliest(since, `${row.account}|${row.value}`, row.firstTime);
    } else if (row.dimension === "principal" && principals.has(row.value)) {
      const accounts = accountsOf.get(row.value);
      if (accounts) accounts.add(row.account);
      else accountsOf.set(row.value, new Set([row.account]));
    }
  }
  return {
    users: (kind, value) => users.get(`${kind}|${value}`) ?? Number.POSITIVE_INFINITY,
    accountsOf: (principal) => accountsOf.get(principal)?.size ?? 1,
    networkSince: (network) => since.get(network) ?? null,
    networkSinceIn: (account, network) => since.get(`${account}|${network}`) ?? null,
  };
}

/**
 * Whether nobody in the organization had used the network until shortly before. Near the beginning of the data nothing
 * can be said to be new.
 */
export function isFreshNetwork(
  commonness: KeyCommonness,
  network: string,
  at: EpochMs,
  span: TimeWindow,
  config: Pick<IncidentsConfig, "learningDays" | "credentialGapHours">,
): boolean {
  if (isAwsHost(network)) return false;
  const since = commonness.networkSince(network);
  return (
    since !== null && since >= span.start + config.learningDays * DAY && at - since <= config.credentialGapHours * HOUR
  );
}

interface SharedKey {
  readonly kind: SharedKeyKind;
  readonly value: string;
}

/** Keys that speak for two findings or more, those of most findings first. */
function sharedKeys(findings: readonly Finding[]): SharedKey[] {
  const counts = new Map<string, SharedKey & { count: number }>();
  const count = (kind: SharedKeyKind, value: string): void => {
    const key = `${kind}|${value}`;
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { kind, value, count: 1 });
  };
  for (const { facets } of findings) {
    for (const value of dominant(facets, "networks", KEY_SHARE)) if (!isAwsHost(value)) count("network", value);
    for (const value of dominant(facets, "sessions", KEY_SHARE)) count("session", value);
    for (const value of dominant(facets, "resources", KEY_SHARE)) count("resource", value);
  }
  return [...counts.values()]
    .filter((key) => key.count > 1)
    .sort((a, b) => b.count - a.count || (`${a.kind}|${a.value}` < `${b.kind}|${b.value}` ? -1 : 1));
}

function keepEarliest(times: Map<string, EpochMs>, key: string, time: EpochMs): void {
  const known = times.get(key);
  if (known === undefined || time < known) times.set(key, time);
}
