import { setTimeout as wait } from "node:timers/promises";
import type { SayReport } from "#core/live/say.ts";
import type { Leases } from "#core/ports/leases.ts";
import type { Organization } from "../shared/directory.ts";
import { holding } from "../shared/holding.ts";
import type { Invocation } from "../shared/invocation.ts";
import type { Observing } from "../shared/observing.ts";
import { eventSchema } from "./event.ts";

export interface ConnectorParts {
  readonly organization: Organization;
  readonly leases: Leases;
  readonly outbox: { run(limit: number): Promise<SayReport> };
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** What was said and what was not, in all the sweeps of an invocation. */
export interface Said extends Pick<SayReport, "said" | "failed"> {
  readonly looked: number;
  readonly explained: number;
}

const LEASE = "say";
/** Incidents looked at in one sweep. */
const LIMIT = 20;
/** A sweep that is under way may have passed what rang; it is waited for so long. */
const WAITED_MS = 60_000;
const PAUSE_MS = 2_000;
/** Left for what is under way. */
const RESERVE_MS = 60_000;

/** Explains incidents and says them. What is to be said is in the table, whoever called. */
export class QBusinessConnector {
  readonly #parts: ConnectorParts;

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
  }

  async handle(event: unknown, invocation: Invocation, observing: Observing): Promise<Said | null> {
    const trigger = eventSchema.parse(event);
    const { problem } = await this.#parts.organization.refresh();
    if (problem !== null) observing.warn(problem);
    const said = await this.#held(trigger.kind === "stream" ? WAITED_MS : 0, invocation, observing);
    if (said === null) return null;
    observing.info("looked through the outbox", { trigger: trigger.kind, ...said });
    for (const { id, message } of said.failed) observing.warn("an incident is not said yet", { id, message });
    observing.measure("incidentsUnsaid", said.failed.length);
    observing.measure("messagesFailed", said.failed.length);
    return said;
  }

  async #held(waitedMs: number, invocation: Invocation, observing: Observing): Promise<Said | null> {
    const { leases, pause = wait } = this.#parts;
    for (let waited = 0; ; waited += PAUSE_MS) {
      const said = await holding(leases, LEASE, invocation, observing, () => this.#sweeps(invocation));
      if (said !== null || waited >= waitedMs) return said;
      await pause(PAUSE_MS);
    }
  }

  /** Until there is nothing more, or no time to say it; the rest is the next call's. */
  async #sweeps(invocation: Invocation): Promise<Said> {
    let total: Said = { looked: 0, explained: 0, said: [], failed: [] };
    for (;;) {
      const { looked, explained, said, failed } = await this.#parts.outbox.run(LIMIT);
      total = {
        looked: total.looked + looked,
        explained: total.explained + explained,
        said: [...total.said, ...said],
        failed: [...total.failed, ...failed],
      };
      if (looked < LIMIT || invocation.getRemainingTimeInMillis() < RESERVE_MS) return total;
    }
  }
}
