import type { NanoUsd } from "#core/domain/money.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { Allowance } from "#core/ports/cost-history.ts";
import type { Notice, Notifier } from "#core/ports/notifier.ts";
import type { Observing } from "../shared/observing.ts";

/** Those who measure are told of the invocation that is under way. */
export interface Listening {
  current: Observing | null;
}

/** A channel, with how many messages it took and how long after the last event they were. */
export const measuredNotifier = (notifier: Notifier, listening: Listening, now: () => EpochMs): Notifier => ({
  name: notifier.name,
  async publish(notice: Notice): Promise<string> {
    const id = await notifier.publish(notice);
    listening.current?.measure("messagesSent", 1);
    if (notice.occasion === "opened") {
      listening.current?.measure("pageDelay", Math.max(0, now() - notice.incident.window.end) / 1000);
    }
    return id;
  },
});

const NANOS_IN_A_MICRO = 1000n;

/** What is spent on our own questions, counted. */
export const measuredAllowance = (allowance: Allowance, listening: Listening): Allowance => ({
  async take(amount: NanoUsd): Promise<boolean> {
    const allowed = await allowance.take(amount);
    if (allowed) listening.current?.measure("ownSpendMicroUsd", Number(amount / NANOS_IN_A_MICRO));
    return allowed;
  },
});
