import type { WatchCheckpoint } from "./checkpoint.ts";
import type { Begun } from "./hear.ts";
import { accountOf, isOfKind } from "./subjects.ts";
import type { WatchContext } from "./watch-context.ts";

/**
 * Forgets what was learnt of accounts of which an earlier history comes to be known, so that they are followed from its
 * beginning. What was found in them stands until time has come as far again: then it is judged by that history too.
 */
export async function beginAnew({ anew, catchUp }: Begun, context: WatchContext): Promise<WatchCheckpoint> {
  const { before, cache, writer, pending, fence } = context;
  for (const set of [...cache.sets]) {
    const { subject, findings } = set;
    const isDanger = isOfKind(subject, "danger");
    const [first] = findings;
    if (!first || !(isDanger || isOfKind(subject, "anomaly"))) continue;
    const account = accountOf(subject);
    const through = before.accounts[account]?.through;
    if (through === undefined || !anew.has(account)) continue;
    // Without what is remembered of it, it is looked for from the beginning.
    if (isDanger) await writer.replace([{ ...set, memo: null }]);
    const why = "an earlier history of its account has come";
    pending.set({ subject, why, from: first.window.start, notBefore: { through }, seen: null });
  }
  const others = <T>(accounts: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(accounts).filter(([account]) => !anew.has(account)));
  return {
    ...before,
    token: fence.token,
    rollUp: before.rollUp && { ...before.rollUp, accounts: others(before.rollUp.accounts) },
    accounts: others(before.accounts),
    pending: pending.list(),
    catchUp,
  };
}
