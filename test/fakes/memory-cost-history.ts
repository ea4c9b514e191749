import type { NanoUsd } from "#core/domain/money.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Allowance, BilledDay, CostAnswer, CostHistory, CostQuestion } from "#core/ports/cost-history.ts";

export interface BilledService {
  readonly account: string;
  readonly service: string;
  readonly days: readonly BilledDay[];
}

/** A bill in memory. Passes the same contract as the real one. */
export class MemoryCostHistory implements CostHistory {
  readonly questions: CostQuestion[] = [];
  readonly #bill: readonly BilledService[];
  readonly #refusal: string | null;

  /** @param refusal why nothing is answered */
  constructor(bill: readonly BilledService[] = [], refusal: string | null = null) {
    this.#bill = bill;
    this.#refusal = refusal;
  }

  async daily(question: CostQuestion): Promise<CostAnswer> {
    this.questions.push(question);
    if (this.#refusal !== null) return { status: "unavailable", reason: this.#refusal };
    const { account, service, window } = question;
    const billed = this.#bill.find((one) => one.account === account && one.service === service);
    if (!billed) return { status: "unavailable", reason: `the bill has no ${service ?? "charges"} of ${account}` };
    const days = billed.days.filter(({ day }) => {
      const time = Date.parse(`${day}T00:00:00Z`);
      return time >= window.start && time < window.end;
    });
    return { status: "known", days };
  }
}

/** What may be spent, counted in memory. Passes the same contract as the real one. */
export class MemoryAllowance implements Allowance {
  readonly #limit: NanoUsd;
  readonly #clock: Clock;
  readonly #spent = new Map<string, NanoUsd>();

  constructor(limit: NanoUsd, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  async take(amount: NanoUsd): Promise<boolean> {
    const month = new Date(this.#clock.now()).toISOString().slice(0, 7);
    const spent = (this.#spent.get(month) ?? 0n) + amount;
    if (spent > this.#limit) return false;
    this.#spent.set(month, spent);
    return true;
  }
}
