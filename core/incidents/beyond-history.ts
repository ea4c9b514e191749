import type { UsageEvent } from "../domain/usage-event.ts";
import { amount } from "../messages/format.ts";
import { type IncidentHistory, largestSizes, type PrincipalHistory, type Size, type SizeOf } from "./history.ts";

/** What exceeds the allowed multiple of the principals' largest hour or ten minutes; `null` where nothing does. */
export function beyondHistory(
  events: readonly UsageEvent[],
  multiple: number,
  history: IncidentHistory,
): string | null {
  const principals = new Set(events.map(({ principal }) => principal.id));
  const past = [...principals].flatMap((id) => history.principals.get(id) ?? []);
  for (const [what, now] of largestSizes(events)) {
    // Calls are compared only where they have no size of their own.
    if (what.startsWith("calls ") && events.some(hasSize)) continue;
    const before = largestOf(past, what);
    if (before.hour === 0) return `nothing like it was ever seen before (${amount(now.hour)} ${nameOf(what)})`;
    const exceeded = (["hour", "tenMinutes"] as const).find((length) => now[length] > before[length] * multiple);
    if (exceeded) {
      const [within, which] = exceeded === "hour" ? ["an hour", "hour"] : ["ten minutes", "ten minutes"];
      return `${amount(now[exceeded])} ${nameOf(what)} in ${within} are ${round(now[exceeded] / before[exceeded])} times the ${amount(before[exceeded])} of its largest ${which} before`;
    }
  }
  return null;
}

/** Whether it says how much it made or used. */
export const hasSize = ({ quantities }: UsageEvent): boolean => quantities.some(({ change }) => change !== "removed");

function largestOf(past: readonly PrincipalHistory[], what: SizeOf): Size {
  const sizes = past.flatMap(({ largest, later }) => [largest.get(what), later.largest.get(what)]);
  return {
    hour: Math.max(0, ...sizes.map((size) => size?.hour ?? 0)),
    tenMinutes: Math.max(0, ...sizes.map((size) => size?.tenMinutes ?? 0)),
  };
}

export const nameOf = (what: SizeOf): string =>
  what.startsWith("calls ") ? what.replace("calls ", "calls of ") : what.replaceAll("-", " ");

const round = (ratio: number): number => (ratio < 10 ? Math.round(ratio * 10) / 10 : Math.round(ratio));
