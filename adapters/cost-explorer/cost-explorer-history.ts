import type { CostExplorerClient } from "@aws-sdk/client-cost-explorer";
import { type ErrorCode, TrailwatchError } from "#core/domain/errors.ts";
import { parseUsdText, usdText } from "#core/domain/money.ts";
import { DAY, type EpochMs, HOUR } from "#core/domain/time.ts";
import type { AnswerCache } from "#core/ports/answer-cache.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Allowance, BilledDay, CostAnswer, CostHistory, CostQuestion } from "#core/ports/cost-history.ts";
import { type BillLine, PRICE_OF_A_PAGE, readBill } from "./bill.ts";
import { billedAs } from "./service-names.ts";

export interface CostExplorerOptions {
  readonly client: CostExplorerClient;
  readonly allowance: Allowance;
  readonly cache: AnswerCache;
  readonly clock: Clock;
  /**
   * The account that asks, where it is not the organization's management account: Cost Explorer shows every other one,
   * delegated administrators too, its own bill only. `null` for the management account, which sees all.
   */
  readonly onlyAccount: string | null;
}

/** What is kept of a bill, or of why there is none. */
type Kept = { readonly lines: readonly BillLine[] } | { readonly reason: string };

/** What does not pass by itself is asked again as late as this; what may pass at once is not kept. */
const REFUSED_FOR: EpochMs = HOUR;

const REASONS: Partial<Record<ErrorCode, string>> = {
  AWS_ACCESS_DENIED: "Cost Explorer may not be asked: it is not enabled, or ce:GetCostAndUsage is missing",
  AWS_DATA_UNAVAILABLE: "Cost Explorer has no data yet, or none in US dollars",
  AWS_CREDENTIALS: "Cost Explorer does not accept the credentials",
  AWS_REFUSED: "Cost Explorer refuses the question, perhaps for days too long ago",
  AWS_THROTTLED: "Cost Explorer is too busy",
};
const LASTING: ReadonlySet<ErrorCode> = new Set(["AWS_ACCESS_DENIED", "AWS_DATA_UNAVAILABLE", "AWS_REFUSED"]);

/**
 * The bill by Cost Explorer. A question costs a cent, so the whole bill of an account is asked for at once, from the first
 * of the month in which the question begins up to today, and kept for the rest of the day: whatever else is asked of the
 * account finds its answer there.
 */
export class CostExplorerHistory implements CostHistory {
  readonly #options: CostExplorerOptions;
  readonly #asked = new Map<string, Promise<Kept>>();

  constructor(options: CostExplorerOptions) {
    this.#options = options;
  }

  async daily({ account, service, window }: CostQuestion): Promise<CostAnswer> {
    const { onlyAccount, clock } = this.#options;
    if (onlyAccount !== null && account !== onlyAccount) {
      return unavailable(
        `Cost Explorer shows ${onlyAccount} only its own bill: other accounts' takes the management account`,
      );
    }
    const belongs = service === null ? () => true : billedAs(service);
    if (belongs === null) return unavailable(`it is not known what the bill calls ${service}`);
    const end = Math.min(window.end, dayOf(clock.now()) + DAY);
    if (window.start >= end) return unavailable("none of these days is billed yet");
    const kept = await this.#bill(account, monthOf(window.start));
    if ("reason" in kept) return unavailable(kept.reason);
    const lines = kept.lines.filter((line) => belongs(line.service));
    if (lines.length === 0) return unavailable(`the bill has no line for ${service ?? "anything"} in ${account}`);
    return { status: "known", days: byDay(lines, isoDay(window.start), isoDay(end)) };
  }

  /** Concurrent questions share one answer. */
  #bill(account: string, from: EpochMs): Promise<Kept> {
    const key = `bill ${account} ${isoDay(from)}`;
    const asked = this.#asked.get(key) ?? this.#keptOrRead(key, account, from).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  /** A cache that fails costs a cent, not the answer. */
  async #keptOrRead(key: string, account: string, from: EpochMs): Promise<Kept> {
    const { cache, clock } = this.#options;
    const kept = await cache.read(key).catch(() => null);
    if (kept !== null) return kept as Kept;
    const today = dayOf(clock.now());
    try {
      const lines = await this.#read(account, isoDay(from), isoDay(today + DAY));
      await cache.write(key, { lines }, today + DAY).catch(() => {});
      return { lines };
    } catch (error) {
      const code = error instanceof TrailwatchError ? error.code : "INTERNAL";
      const reason = error instanceof NotAllowed ? error.message : (REASONS[code] ?? "Cost Explorer cannot be reached");
      if (LASTING.has(code)) await cache.write(key, { reason }, clock.now() + REFUSED_FOR).catch(() => {});
      return { reason };
    }
  }

  #read(account: string, start: string, end: string): Promise<readonly BillLine[]> {
    const { client, allowance } = this.#options;
    return readBill(client, account, start, end, async () => {
      const allowed = await allowance.take(PRICE_OF_A_PAGE).catch(() => {
        throw new NotAllowed("what questions to Cost Explorer cost cannot be counted now");
      });
      if (!allowed) throw new NotAllowed("the month's allowance for questions to Cost Explorer is used up");
    });
  }
}

/** Why no question may be asked, as the answer says it. */
class NotAllowed extends Error {}

const unavailable = (reason: string): CostAnswer => ({ status: "unavailable", reason });

/** Days in order, from `start` to before `end`; what several lines of a day cost is added up. */
function byDay(lines: readonly BillLine[], start: string, end: string): readonly BilledDay[] {
  const days = new Map<string, BilledDay>();
  for (const { day, usd, estimated } of lines) {
    if (day < start || day >= end) continue;
    const before = days.get(day);
    const sum = parseUsdText(usd) + (before ? parseUsdText(before.usd) : 0n);
    days.set(day, { day, usd: usdText(sum), estimated: estimated || (before?.estimated ?? false) });
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

const dayOf = (time: EpochMs): EpochMs => Math.floor(time / DAY) * DAY;
const isoDay = (time: EpochMs): string => new Date(time).toISOString().slice(0, 10);
const monthOf = (time: EpochMs): EpochMs => Date.parse(`${isoDay(time).slice(0, 7)}-01T00:00:00Z`);
