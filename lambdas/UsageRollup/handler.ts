import { DAY, type EpochMs, isoTime, MINUTE, SECOND } from "#core/domain/time.ts";
import { WATCH } from "#core/live/checkpoint.ts";
import type { WatchReport } from "#core/live/watch-report.ts";
import { duration } from "#core/messages/format.ts";
import type { Fence, Leases } from "#core/ports/leases.ts";
import type { Organization } from "../shared/directory.ts";
import { holding } from "../shared/holding.ts";
import type { Invocation } from "../shared/invocation.ts";
import type { Observing } from "../shared/observing.ts";
import { eventSchema } from "./event.ts";

export interface RollupParts {
  readonly organization: Organization;
  readonly leases: Leases;
  readonly watch: {
    run(fence: Fence, until: EpochMs, onStep: (report: WatchReport) => void): Promise<WatchReport>;
  };
  /** Deletes what is not kept any more, where the cluster does not do so by itself. */
  readonly tidy: (now: EpochMs) => Promise<readonly string[]>;
  readonly now: () => EpochMs;
}

/** For so long a run begins another step: whatever one takes is less than what is left then. */
const BEGINS_STEPS_FOR = 4 * MINUTE;

/** Counts and judges what came since the last run. Any number of calls is as good as one a minute. */
export class UsageRollup {
  readonly #parts: RollupParts;
  #tidiedDay = Number.NaN;

  constructor(parts: RollupParts) {
    this.#parts = parts;
  }

  async handle(event: unknown, invocation: Invocation, observing: Observing): Promise<WatchReport | null> {
    eventSchema.parse(event);
    const { organization, leases, watch } = this.#parts;
    const { problem } = await organization.refresh();
    if (problem !== null) observing.warn(problem);
    const report = await holding(leases, WATCH, invocation, observing, async (fence) => {
      const until = this.#parts.now() + Math.min(BEGINS_STEPS_FOR, invocation.getRemainingTimeInMillis() / 2);
      const done = await watch.run(fence, until, (step) => tellStep(step, observing));
      await this.#tidy(observing);
      return done;
    });
    if (report !== null) this.#tell(report, observing);
    return report;
  }

  #tell(report: WatchReport, observing: Observing): void {
    const { failed, caughtUpTo, ...counts } = report;
    observing.info("rolled up", { ...counts, caughtUpTo: caughtUpTo === null ? null : isoTime(caughtUpTo) });
    for (const { subject, message } of failed) observing.warn("not examined", { subject, message });
    observing.measure("rollUps", 1);
    observing.measure("findings", report.changed);
    observing.measure("examined", report.examined);
    observing.measure("examinationsDeferred", report.deferred);
    observing.measure("catchUpLag", caughtUpTo === null ? 0 : (report.at - caughtUpTo) / SECOND);
    // Of what is caught up on the lag says it.
    if (report.closedUntil !== null && caughtUpTo === null) {
      observing.measure("rollUpAge", (report.at - report.closedUntil) / SECOND);
    }
  }

  /** Once a day; what fails is tried again in the next run, and is no reason to count less. */
  async #tidy(observing: Observing): Promise<void> {
    const now = this.#parts.now();
    const day = Math.floor(now / DAY);
    if (day === this.#tidiedDay) return;
    try {
      const deleted = await this.#parts.tidy(now);
      if (deleted.length > 0) observing.info("deleted what is not kept any more", { deleted });
      this.#tidiedDay = day;
    } catch (error) {
      observing.error("what is not kept any more could not be deleted", error);
    }
  }
}

function tellStep({ caughtUpTo, at, arrived, rollUp, examined, pending }: WatchReport, observing: Observing): void {
  if (caughtUpTo === null) return;
  const { written } = rollUp;
  const behind = duration(at - caughtUpTo);
  observing.info("catching up", { caughtUpTo: isoTime(caughtUpTo), behind, arrived, written, examined, pending });
}
