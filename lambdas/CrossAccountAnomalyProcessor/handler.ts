import type { KeeperReport } from "#core/live/keeper-run.ts";
import type { Fence, Leases } from "#core/ports/leases.ts";
import type { Organization } from "../shared/directory.ts";
import { holding } from "../shared/holding.ts";
import type { Invocation } from "../shared/invocation.ts";
import type { Observing } from "../shared/observing.ts";
import { eventSchema } from "./event.ts";

export interface ProcessorParts {
  readonly organization: Organization;
  readonly leases: Leases;
  readonly keeper: { run(fence: Fence): Promise<KeeperReport> };
}

/** One at a time, whoever called. */
const LEASE = "incidents";

/** Makes incidents of what was found. A bell only says that it is worth looking now: what there is is read, not told. */
export class CrossAccountAnomalyProcessor {
  readonly #parts: ProcessorParts;

  constructor(parts: ProcessorParts) {
    this.#parts = parts;
  }

  async handle(event: unknown, invocation: Invocation, observing: Observing): Promise<KeeperReport | null> {
    const trigger = eventSchema.parse(event);
    const { organization, leases, keeper } = this.#parts;
    const { problem } = await organization.refresh();
    if (problem !== null) observing.warn(problem);
    const report = await holding(leases, LEASE, invocation, observing, (fence) => keeper.run(fence));
    if (report === null) return null;
    observing.info("looked through findings", { trigger: trigger.kind, ...report });
    for (const { finding, message } of report.failed)
      observing.error("a group of findings was not judged", message, { finding });
    observing.measure("incidentsOpened", report.opened);
    observing.measure("incidentsUpdated", report.updated + report.closed + report.merged + report.withdrawn);
    if (report.silentDetectors !== null) observing.measure("silentDetectors", report.silentDetectors);
    return report;
  }
}
