import type { Candidate } from "../budget/budget.ts";
import { alike } from "../domain/alike.ts";
import type { Finding } from "../domain/finding.ts";
import { DAY, type EpochMs, MINUTE } from "../domain/time.ts";
import { shortHash } from "../incidents/identifier.ts";
import { lifecycleOf } from "../incidents/lifecycle.ts";
import type { Checkpoints } from "../ports/checkpoints.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { FindingStore } from "../ports/finding-store.ts";
import type { FirstUses } from "../ports/first-uses.ts";
import type { Fence } from "../ports/leases.ts";
import type { KeptIncident, LiveIncidents } from "../ports/live-incidents.ts";
import type { SecondOpinions } from "../ports/second-opinion.ts";
import { canonical } from "../use-cases/kept-incidents.ts";
import { readWatch, type WatchCheckpoint } from "./checkpoint.ts";
import { isDrill, keepDrills } from "./drills.ts";
import { FindingCache } from "./finding-cache.ts";
import { HeldFirstUses } from "./held-first-uses.ts";
import { type KeeperReport, KeeperRun } from "./keeper-run.ts";
import { withOpinions } from "./opinions.ts";
import { SetWriter } from "./set-writer.ts";
import { silentDetectors } from "./silent-detectors.ts";
import { isOfKind } from "./subjects.ts";
import type { WatchKnowledge } from "./watch-context.ts";

export interface KeeperPorts {
  readonly events: EventStore;
  readonly findings: FindingStore;
  readonly firstUses: FirstUses;
  readonly incidents: LiveIncidents;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  /** Of a forest beside the count model, where there is one. */
  readonly secondOpinion?: SecondOpinions;
}

/** The forest's results come at their own pace. */
const OPINIONS_EVERY = 5 * MINUTE;

const NAME = "incidents";

interface KeeperCheckpoint {
  /** How incidents were judged: a hash of the configuration of that. */
  readonly settings: string;
  /** What the alert budget was spent on. */
  readonly pages: readonly Candidate[];
}

/**
 * Makes incidents of the findings of the last days, by the code of the batch, and keeps them: those whose findings are the
 * same are not judged again. One at a time.
 *
 * An incident that is closed and began before these days stays as it is, with its findings; one that is open keeps all of
 * its findings, however old.
 */
export class IncidentKeeper {
  readonly #ports: KeeperPorts;
  readonly #knowledge: WatchKnowledge;
  #cache: FindingCache;
  #firstUses: HeldFirstUses;
  #grouped: { readonly version: number; readonly at: EpochMs } | null = null;

  constructor(ports: KeeperPorts, knowledge: WatchKnowledge) {
    this.#ports = ports;
    this.#knowledge = knowledge;
    this.#cache = new FindingCache(ports.findings);
    this.#firstUses = new HeldFirstUses(ports.firstUses);
  }

  /** Rejects with TrailwatchError `LEASE_LOST` where another run has begun since, and with what the stores reject with. */
  async run(fence: Fence): Promise<KeeperReport> {
    try {
      return await this.#run(fence);
    } catch (error) {
      // What was held may be ahead of what was written.
      this.#cache = new FindingCache(this.#ports.findings);
      this.#firstUses = new HeldFirstUses(this.#ports.firstUses);
      this.#grouped = null;
      throw error;
    }
  }

  async #run(fence: Fence): Promise<KeeperReport> {
    const { incidents, checkpoints, clock } = this.#ports;
    const { config } = this.#knowledge;
    const now = clock.now();
    const since = now - config.live.groupDays * DAY;
    await this.#cache.sync(since, now);
    const all = await incidents.list(since);
    await keepDrills(this.#cache.sets, all, incidents, now);
    const kept = all.filter((incident) => !isDrill(incident));
    const run = new KeeperRun(this.#ports, this.#knowledge, now, since, kept);
    if (!this.#isDue(kept, now)) return run.report(false, null);
    const settings = shortHash(canonical(config.incidents));
    // Where incidents are judged otherwise now (a mute, a response), those that are kept are too.
    const before = (await checkpoints.read(NAME)) as KeeperCheckpoint | null;
    const isJudgedAlike = before?.settings === settings;
    const watched = await readWatch(checkpoints);
    await this.#firstUses.sync(now);
    const findings = await this.#findings(run, watched, fence);
    const pages = await run.group(findings, watched, this.#firstUses, isJudgedAlike, before?.pages ?? []);
    const after: KeeperCheckpoint = { settings, pages };
    if (!alike(after, before)) await checkpoints.write(NAME, after, fence);
    const { secondOpinion } = this.#ports;
    const report = run.report(true, secondOpinion ? await silentDetectors(secondOpinion, watched, now) : null);
    this.#grouped = report.failed.length > 0 ? null : { version: this.#cache.version, at: now };
    return report;
  }

  /** Whether findings changed, the forest is to be asked again, or an incident has been quiet for long enough. */
  #isDue(kept: readonly KeptIncident[], now: EpochMs): boolean {
    const before = this.#grouped;
    if (before?.version !== this.#cache.version) return true;
    const { secondOpinion } = this.#ports;
    if (secondOpinion && now - before.at >= (secondOpinion.every ?? OPINIONS_EVERY)) return true;
    const { incidents } = this.#knowledge.config;
    return kept.some(
      ({ draft }) => draft.state === "open" && lifecycleOf(draft.window, now, incidents).state === "closed",
    );
  }

  async #findings(run: KeeperRun, watched: WatchCheckpoint, fence: Fence): Promise<readonly Finding[]> {
    const { findings: store, events, secondOpinion: opinions } = this.#ports;
    const own = run.findingsIn(
      this.#cache.sets,
      (subject) => !isOfKind(subject, "forest") && !isOfKind(subject, "drill"),
    );
    if (!opinions) return own;
    const about = { opinions, store: events, knowledge: this.#knowledge, watched, now: run.now };
    const { findings, alone } = await withOpinions(own, run.kept, this.#cache, about);
    await new SetWriter(store, this.#cache, run.now, fence).replace(alone);
    return [...findings, ...run.findingsIn(this.#cache.sets, (subject) => isOfKind(subject, "forest"))];
  }
}
