import { DAY, type EpochMs } from "#core/domain/time.ts";
import { WATCH } from "#core/live/checkpoint.ts";
import type { WatchReport } from "#core/live/watch.ts";
import type { Fence, Leases } from "#core/ports/leases.ts";
import type { Organization } from "../shared/directory.ts";
import { holding } from "../shared/holding.ts";
import type { Invocation } from "../shared/invocation.ts";
import type { Observing } from "../shared/observing.ts";
import { eventSchema } from "./event.ts";

export interface RollupParts {
  readonly organization: Organization;
  readonly leases: Leases;
  readonly watch: { run(fence: Fence): Promise<WatchReport> };
  /** Deletes what is not kept any more, where the cluster does not do so by itself. */
  readonly tidy: (now: EpochMs) => Promise<readonly string[]>;
  readonly now: () => EpochMs;
}

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
      const done = await watch.run(fence);
      await this.#tidy(observing);
      return done;
    });
    if (report !== null) this.#tell(report, observing);
    return report;
  }

  #tell(report: WatchReport, observing: Observing): void {
    const { failed, ...counts } = report;
    observing.info("rolled up", counts);
    for (const { subject, message } of failed) observing.warn("not examined", { subject, message });
    observing.measure("rollUps", 1);
    observing.measure("findings", report.changed);
    observing.measure("examined", report.examined);
    observing.measure("examinationsDeferred", report.deferred);
    if (report.closedUntil !== null) observing.measure("rollUpAge", (report.at - report.closedUntil) / 1000);
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
