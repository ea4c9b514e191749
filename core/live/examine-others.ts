import { DAY, type EpochMs, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { Pending } from "./checkpoint.ts";
import { dangerSuspects } from "./danger-gate.ts";
import { regradeDanger } from "./dangers.ts";
import type { Examiner } from "./examine-subjects.ts";
import { insightSets } from "./insights.ts";
import { examineLeaks } from "./leaks.ts";
import { isOfKind } from "./subjects.ts";
import { windowsAround } from "./time-windows.ts";
import { violationSuspects } from "./violations.ts";
import type { HeardContext } from "./watch-context.ts";

/**
 * Dangers, violations, firsts, Insights and leaks, as far as anything new bears on them. What is history is learnt from,
 * and judged where something that is of concern is held against it.
 * @param arrived beginnings of the buckets that events came into
 * @returns when each account was searched for leaks, of those that were now
 */
export async function examineOthers(
  context: HeardContext,
  arrived: readonly EpochMs[],
  examiner: Examiner,
): Promise<ReadonlyMap<string, EpochMs>> {
  const { ports, knowledge, cache, writer, now, keptSince, coverage, span, firstUses, novelties } = context;
  const windows = windowsAround(arrived, context.isLast ? 0 : context.steps.span);
  const ofConcern = windows.flatMap(({ start, end }) =>
    end > keptSince ? [{ start: Math.max(start, keptSince), end }] : [],
  );
  const loggedAccounts = new Set(coverage.map(({ account }) => account));
  await examiner.examine(await suspectsIn(ofConcern, loggedAccounts, context));
  if (context.isLast) await writer.replace(regraded(context, loggedAccounts));

  await firstUses.sync(now);
  for (const window of windows) await firstUses.keep(ports.arrivals.firstUses(window));
  // Nothing before can be of concern, and there is more to come.
  if (context.reach < keptSince) return new Map();
  const about = { store: ports.events, directory: knowledge.directory, keptSince, now };
  const noveltyContext = { ...about, coverage, span, config: knowledge.config.novelty };
  await writer.replace(await novelties.sets(firstUses, cache, ofConcern, noveltyContext));
  await writer.replace(await insightSets(cache, ofConcern, { ...about, insights: ports.insights }));
  return context.isLast ? await searchLeaks(context) : new Map();
}

/** Whoever did something dangerous, or violated a policy, in the windows. */
async function suspectsIn(
  windows: readonly TimeWindow[],
  loggedAccounts: ReadonlySet<string>,
  { ports, knowledge, coverage }: HeardContext,
): Promise<readonly Pending[]> {
  const { directory, policies } = knowledge;
  const { events: store } = ports;
  return [
    ...(await dangerSuspects(store, windows, { directory, loggedAccounts })).map(suspicion("a danger")),
    ...(await violationSuspects(windows, { store, directory, policies, coverage })).map(suspicion("a violation")),
  ];
}

const suspicion =
  (what: string) =>
  ({ subject, from }: { readonly subject: string; readonly from: EpochMs }): Pending => ({
    subject,
    why: `${what} since the last run`,
    from,
    notBefore: null,
    seen: null,
  });

/** Once a day what near the beginning of the data may prove to be a routine, or not. */
function regraded(
  { cache, before, now, knowledge, ports, keptSince, span, reach }: HeardContext,
  loggedAccounts: ReadonlySet<string>,
) {
  if (Math.floor(now / DAY) === Math.floor(before.at / DAY)) return [];
  const { directory, config } = knowledge;
  const about = {
    store: ports.events,
    directory,
    loggedAccounts,
    span,
    config: config.incidents,
    keptSince,
    time: reach,
  };
  return [...cache.sets].flatMap((set) => (isOfKind(set.subject, "danger") ? (regradeDanger(set, about) ?? []) : []));
}

/** As many accounts a run as it takes to come round in the configured time, those first that were searched longest ago. */
async function searchLeaks(context: HeardContext): Promise<ReadonlyMap<string, EpochMs>> {
  const { followed, before, now, knowledge, ports, writer, keptSince } = context;
  const { leakMinutes, seriesDays } = knowledge.config.live;
  const at = (account: string): EpochMs => before.accounts[account]?.leaksAt ?? 0;
  const due = [...followed.keys()]
    .filter((account) => now - at(account) >= leakMinutes * MINUTE)
    .sort((a, b) => at(a) - at(b) || (a < b ? -1 : 1))
    .slice(0, Math.ceil(followed.size / leakMinutes));
  for (const account of due) {
    const found = await examineLeaks(account, { store: ports.events, since: now - seriesDays * DAY, keptSince, now });
    await writer.replace([found]);
  }
  return new Map(due.map((account) => [account, now]));
}
