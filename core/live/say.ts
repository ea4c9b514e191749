import { TrailwatchError } from "../domain/errors.ts";
import type { Severity } from "../domain/finding.ts";
import type { Incident } from "../domain/incident.ts";
import { type EpochMs, MINUTE } from "../domain/time.ts";
import { explainIncident } from "../explain/explain-incident.ts";
import type { NotificationOptions } from "../messages/notification.ts";
import type { Checkpoints } from "../ports/checkpoints.ts";
import type { Clock } from "../ports/clock.ts";
import type { CostHistory } from "../ports/cost-history.ts";
import type { EventStore } from "../ports/event-store.ts";
import type {
  IncidentMirror,
  KeptIncident,
  LiveExplanation,
  LiveIncident,
  LiveIncidents,
  Said,
} from "../ports/live-incidents.ts";
import type { Notifier } from "../ports/notifier.ts";
import type { PriceBook } from "../ports/price-book.ts";
import { readWatch } from "./checkpoint.ts";
import { isDrill } from "./drills.ts";
import { billedBefore, countedLately } from "./look-back.ts";
import { occasionOf, saidTogether, stillHolds } from "./occasion.ts";
import type { WatchKnowledge } from "./watch-context.ts";

export interface SayPorts {
  readonly events: EventStore;
  readonly incidents: LiveIncidents;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly notifiers: readonly Notifier[];
  /** Copies for people to search. */
  readonly mirror?: IncidentMirror;
  /** The bill; without it nothing is said of what was billed before. */
  readonly costHistory?: CostHistory;
}

export interface SayKnowledge extends WatchKnowledge {
  readonly priceBook: PriceBook;
}

export interface SayOptions {
  /** Whether messages have a cost impact. */
  readonly costAnalysis: boolean;
  /** Whether messages have potential causes. */
  readonly rootCauseAnalysis: boolean;
  /** How far back usage is counted for a message. */
  readonly lookBackMinutes: number;
  /** Where a reader finds more of an incident. */
  readonly more?: (id: string) => string;
}

export interface SayReport {
  readonly at: EpochMs;
  readonly looked: number;
  readonly explained: number;
  readonly said: readonly { readonly id: string; readonly occasion: Said["occasion"]; readonly severity: Severity }[];
  /** Those that are tried again: not explained, not taken by a channel, or not copied. */
  readonly failed: readonly { readonly id: string; readonly message: string }[];
}

/** An incident that could not be explained or copied, or that a channel did not take, is tried again after this. */
const RETRY_AFTER = 2 * MINUTE;

/** A failure that is the run's own, not the incident's. */
const OURS = new Set(["LEASE_LOST", "INTERRUPTED"]);

/** How often an incident is read again that was changed by another meanwhile. */
const ATTEMPTS = 5;

/**
 * Looks through the outbox: explains what changed, says what there is to say, records that it was said, and copies the
 * incident for people to search. A message is published before it is recorded: where a process dies in between, it is said
 * once more, with the same id and revision. A channel that refuses is asked again, the others are not. What fails for one
 * incident, by whatever error, holds up neither its message nor the other incidents.
 */
export class OutboxSweep {
  readonly #ports: SayPorts;
  readonly #knowledge: SayKnowledge;
  readonly #options: SayOptions;

  constructor(ports: SayPorts, knowledge: SayKnowledge, options: SayOptions) {
    this.#ports = ports;
    this.#knowledge = knowledge;
    this.#options = options;
  }

  /** @param limit of incidents looked at */
  async run(limit: number): Promise<SayReport> {
    const { incidents, clock, checkpoints } = this.#ports;
    const now = clock.now();
    const waiting = await incidents.outbox(now, limit);
    const firsts = waiting.length === 0 ? [] : Object.values((await readWatch(checkpoints)).logged);
    const sweep = new Sweep(this.#ports, this.#knowledge, this.#options, now, Math.min(now, ...firsts));
    for (const incident of waiting) await sweep.look(incident);
    return { at: now, looked: waiting.length, explained: sweep.explained, said: sweep.said, failed: sweep.failed };
  }
}

interface Published {
  /** By channel. */
  readonly messageIds: Readonly<Record<string, string>>;
  readonly refusals: readonly string[];
}

const NOTHING_PUBLISHED: Published = { messageIds: {}, refusals: [] };

class Sweep {
  explained = 0;
  readonly said: { id: string; occasion: Said["occasion"]; severity: Severity }[] = [];
  readonly failed: { id: string; message: string }[] = [];
  readonly #ports: SayPorts;
  readonly #knowledge: SayKnowledge;
  readonly #options: SayOptions;
  readonly #now: EpochMs;
  readonly #since: EpochMs;
  /** What is said of the mirror where it could not be reached in this sweep. */
  #unreachable: string | null = null;

  constructor(ports: SayPorts, knowledge: SayKnowledge, options: SayOptions, now: EpochMs, since: EpochMs) {
    this.#ports = ports;
    this.#knowledge = knowledge;
    this.#options = options;
    this.#now = now;
    this.#since = since;
  }

  async look(incident: KeptIncident): Promise<void> {
    try {
      const explained = await this.#explained(incident);
      await this.#say(incident, this.#whole(incident, explained), explained);
    } catch (error) {
      this.failed.push({ id: incident.draft.id, message: failureOf(error) });
      await this.#record(incident, (one) => ({ ...one, notBefore: this.#now + RETRY_AFTER }));
    }
  }

  async #explained({ draft, explained }: KeptIncident): Promise<LiveExplanation> {
    if (explained?.revision === draft.revision) return explained;
    const { directory, priceBook, signals, policies } = this.#knowledge;
    const span = { start: this.#since, end: this.#now };
    const about = { store: this.#ports.events, directory, priceBook, signals, policies, span };
    const { cost, explanation, evidence } = await explainIncident(draft, about);
    this.explained += 1;
    return { revision: draft.revision, at: this.#now, cost, explanation, evidence };
  }

  /** What this deployment does not analyse is not in it, and is said not to be. */
  #whole({ draft }: KeptIncident, { cost, explanation, evidence }: LiveExplanation): Incident {
    const { costAnalysis, rootCauseAnalysis } = this.#options;
    return {
      ...draft,
      evidence,
      cost: costAnalysis ? cost : { status: "unpriced", reason: "cost analysis is switched off" },
      explanation: rootCauseAnalysis ? explanation : { ...explanation, causes: [] },
    };
  }

  async #say(incident: KeptIncident, whole: Incident, explained: LiveExplanation): Promise<void> {
    const { notifiers } = this.#ports;
    const due = occasionOf(incident, this.#knowledge.config.live);
    // A channel that did not take the last message still has to be told.
    const owed = notifiers.filter(({ name }) => incident.said && !Object.hasOwn(incident.said.messageIds, name));
    const occasion = due ?? (stillHolds(incident) ? (incident.said?.occasion ?? null) : null);
    const channels = due ? notifiers : owed;
    const published = occasion ? await this.#publish(whole, occasion, channels) : NOTHING_PUBLISHED;
    const { messageIds, refusals } = published;
    const isTold = Object.keys(messageIds).length > 0;
    const { id, revision, severity } = incident.draft;
    const accounts = whole.accounts.map((account) => account.id).sort();
    const saidNow: Said | null =
      due && isTold ? { occasion: due, revision, at: this.#now, severity, accounts, messageIds } : null;
    const told = (one: LiveIncident): LiveIncident => ({
      ...one,
      explained,
      said: saidNow ?? (one.said && { ...one.said, messageIds: { ...one.said.messageIds, ...messageIds } }),
    });
    // At once: a copy may take as long as a cluster lets us wait, and the message must not be said again for that.
    const kept = isTold ? await this.#record(incident, told) : incident;
    if (isTold && occasion) this.said.push({ id, occasion, severity });
    for (const message of refusals) this.failed.push({ id, message });
    // What has become part of another meanwhile is looked at with that one.
    if (kept?.draft.id !== id) return;
    const uncopied = await this.#copy(incident, whole);
    if (uncopied !== null) this.failed.push({ id, message: `the copy for people to search: ${uncopied}` });
    const isLeft = refusals.length > 0 || uncopied !== null;
    await this.#record(kept, (one) => ({
      ...(isTold ? one : told(one)),
      saidRevision: isLeft ? one.saidRevision : Math.max(one.saidRevision, revision),
      notBefore: isLeft ? this.#now + RETRY_AFTER : one.draft.revision > revision ? one.notBefore : null,
    }));
  }

  /** @returns why it could not be copied; `null` where there is nothing to do any more */
  async #copy(incident: KeptIncident, whole: Incident): Promise<string | null> {
    const { mirror } = this.#ports;
    if (!mirror || isDrill(incident)) return null;
    // Whoever waits for each in turn says nothing meanwhile.
    if (this.#unreachable !== null) return this.#unreachable;
    try {
      await mirror.put(whole);
      await mirror.remove(incident.formerIds);
      return null;
    } catch (error) {
      const message = failureOf(error);
      if (error instanceof TrailwatchError && error.code === "OPENSEARCH_UNREACHABLE") this.#unreachable = message;
      return message;
    }
  }

  async #publish(incident: Incident, occasion: Said["occasion"], channels: readonly Notifier[]): Promise<Published> {
    if (channels.length === 0) return NOTHING_PUBLISHED;
    const options = await this.#notificationOptions(incident);
    const messageIds: Record<string, string> = {};
    const refusals: string[] = [];
    for (const channel of channels) {
      try {
        messageIds[channel.name] = await channel.publish({ incident, occasion, options });
      } catch (error) {
        refusals.push(`${channel.name}: ${failureOf(error)}`);
      }
    }
    return { messageIds, refusals };
  }

  async #notificationOptions(incident: Incident): Promise<NotificationOptions> {
    const { costAnalysis, rootCauseAnalysis, lookBackMinutes, more } = this.#options;
    const { events, costHistory } = this.#ports;
    const lately = await countedLately(incident, events, this.#knowledge.signals, this.#now, lookBackMinutes);
    const asksBill = costAnalysis && costHistory && incident.cost.status === "priced";
    const billed = asksBill ? await billedBefore(incident, costHistory) : null;
    return {
      ...(more ? { more: more(incident.id) } : {}),
      ...(lately === null ? {} : { lately }),
      ...(billed === null ? {} : { billed }),
      without: [...(rootCauseAnalysis ? [] : ["causes" as const]), ...(costAnalysis ? [] : ["cost" as const])],
    };
  }

  /**
   * Makes a change to an incident as it is now, whoever changed it meanwhile.
   * @returns what is kept then; `null` where it is gone
   */
  async #record(incident: KeptIncident, change: (one: LiveIncident) => LiveIncident): Promise<KeptIncident | null> {
    const { incidents } = this.#ports;
    let kept: KeptIncident | null = incident;
    for (let attempt = 1; kept; attempt++) {
      try {
        const { version, ...one } = kept;
        const changed = change(one);
        // What has become part of another was said of that one.
        const isOther = kept.draft.id !== incident.draft.id;
        const next = isOther ? { ...one, said: saidTogether(one.said, changed.said) } : changed;
        return { ...next, version: await incidents.put(next, version) };
      } catch (error) {
        const isChanged = error instanceof TrailwatchError && error.code === "CHANGED_MEANWHILE";
        if (!isChanged || attempt === ATTEMPTS) throw error;
        kept = await incidents.get(incident.draft.id);
      }
    }
    return null;
  }
}

/** What is said of a failure; rethrows what ends the run. */
function failureOf(error: unknown): string {
  if (error instanceof TrailwatchError && OURS.has(error.code)) throw error;
  return error instanceof Error ? error.message : String(error);
}
