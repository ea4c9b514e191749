import { type Candidate, withinBudget } from "../budget/budget.ts";
import { alike } from "../domain/alike.ts";
import { TrailwatchError } from "../domain/errors.ts";
import { type Finding, severityRank } from "../domain/finding.ts";
import { inOrder } from "../domain/in-order.ts";
import type { IncidentDraft } from "../domain/incident.ts";
import type { EpochMs } from "../domain/time.ts";
import { gatherCommonness } from "../incidents/commonness.ts";
import { type FindingGroup, groupFindings } from "../incidents/group-findings.ts";
import { draftOf, type JudgingContext, judgeGroup, mayMatter, uniqueId } from "../incidents/judge-group.ts";
import { lifecycleOf } from "../incidents/lifecycle.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import type { KeptIncident, LiveIncident, LiveIncidents } from "../ports/live-incidents.ts";
import type { WatchCheckpoint } from "./checkpoint.ts";
import type { HeldFirstUses } from "./held-first-uses.ts";
import { matchIncidents } from "./match-incidents.ts";
import { pagingPast } from "./paging-past.ts";
import { revised, withdrawn } from "./revise-incident.ts";
import type { WatchKnowledge } from "./watch-context.ts";

/** What a run did, for logs and metrics. */
export interface KeeperReport {
  readonly at: EpochMs;
  /** False where nothing had changed since the last run of this process. */
  readonly grouped: boolean;
  readonly findings: number;
  /** Groups of findings that were not the same as before. */
  readonly judged: number;
  readonly opened: number;
  readonly updated: number;
  readonly closed: number;
  readonly merged: number;
  readonly withdrawn: number;
  /** Groups that could not be judged by a defect of ours: what is kept of them stays as it is. */
  readonly failed: readonly FailedGroup[];
  /** Of the forest's detectors those that say nothing though there is something to judge; `null` where they were not asked. */
  readonly silentDetectors: number | null;
}

interface FailedGroup {
  /** Id of its first finding. */
  readonly finding: string;
  readonly message: string;
}

/** How often an incident is read again that was changed by another meanwhile. */
const ATTEMPTS = 5;

interface RunPorts {
  readonly events: EventStore;
  readonly incidents: LiveIncidents;
}

/** One pass over the findings of the last days and the incidents that are kept of them. */
export class KeeperRun {
  readonly now: EpochMs;
  readonly kept: readonly KeptIncident[];
  readonly #ports: RunPorts;
  readonly #knowledge: WatchKnowledge;
  readonly #since: EpochMs;
  /** Closed, and reaching further back than the findings that are at hand. */
  readonly #frozen: readonly KeptIncident[];
  readonly #failed: FailedGroup[] = [];
  readonly #done = { findings: 0, judged: 0, opened: 0, updated: 0, closed: 0, merged: 0, withdrawn: 0 };

  constructor(ports: RunPorts, knowledge: WatchKnowledge, now: EpochMs, since: EpochMs, kept: readonly KeptIncident[]) {
    this.#ports = ports;
    this.#knowledge = knowledge;
    this.now = now;
    this.#since = since;
    const isFrozen = ({ draft }: KeptIncident): boolean => draft.state === "closed" && draft.window.start < since;
    this.#frozen = kept.filter(isFrozen);
    this.kept = kept.filter((incident) => !isFrozen(incident));
  }

  report(grouped: boolean, silentDetectors: number | null): KeeperReport {
    return { at: this.now, grouped, ...this.#done, failed: this.#failed, silentDetectors };
  }

  /** Findings of subjects that are to be grouped: of the last days, and those before of incidents that are open. */
  findingsIn(sets: Iterable<SubjectFindings>, isMeant: (subject: string) => boolean): readonly Finding[] {
    const frozen = new Set(this.#frozen.flatMap(({ draft }) => draft.findings.map(({ id }) => id)));
    return [...sets]
      .filter(({ subject }) => isMeant(subject))
      .flatMap(({ findings }) => findings)
      .filter(({ id, window }) => window.end >= this.#since && !frozen.has(id));
  }

  /**
   * @param reuse whether incidents of the same findings are the same as before
   * @param earlier what the alert budget was spent on
   * @returns the same with what it is spent on now
   */
  async group(
    recent: readonly Finding[],
    watched: WatchCheckpoint,
    firstUses: HeldFirstUses,
    reuse: boolean,
    earlier: readonly Candidate[],
  ): Promise<readonly Candidate[]> {
    const { directory, config } = this.#knowledge;
    const older = this.kept.flatMap(({ draft }) => draft.findings.filter(({ window }) => window.end < this.#since));
    const findings = [...new Map([...older, ...recent].map((finding) => [finding.id, finding])).values()];
    this.#done.findings = findings.length;
    const { events } = this.#ports;
    const commonness = await gatherCommonness(events, firstUses.all(), findings);
    const coverage = Object.entries(watched.logged).map(([account, first]) => ({ account, first }));
    const loggedAccounts = new Set(coverage.map(({ account }) => account));
    const span = { start: Math.min(this.now, ...Object.values(watched.logged)), end: this.now };
    const judging: JudgingContext = { store: events, directory, coverage, span, config: config.incidents };
    const groups = groupFindings(findings, { directory, loggedAccounts, commonness, config: config.incidents, span });
    const mattering = groups.filter(mayMatter);
    const matched = matchIncidents(mattering, this.kept);
    const ids = new Set<string>(this.#frozen.map(({ draft }) => draft.id));
    const left = new Set(this.kept);
    const judge = async ([at, group]: readonly [number, FindingGroup]) => {
      const kept = matched.get(at) ?? [];
      const same = reuse ? kept.find((incident) => isOf(incident, group)) : undefined;
      if (same) return { kept, group, same, judged: null };
      this.#done.judged += 1;
      try {
        return { kept, group, same: null, judged: await judgeGroup(group, commonness, judging) };
      } catch (error) {
        // What a store refuses is tried again as a whole; a defect of ours in one group costs no other one.
        if (error instanceof TrailwatchError) throw error;
        this.#failed.push({ finding: group.findings[0]?.id ?? "", message: String(error) });
        for (const incident of kept) left.delete(incident);
        return null;
      }
    };
    const drafts: IncidentDraft[] = [];
    const keptOf = new Map<string, readonly KeptIncident[]>();
    for await (const one of inOrder(mattering.entries(), judge)) {
      if (one === null) continue;
      const { kept, group, same, judged } = one;
      if (judged && severityRank(judged.severity) < severityRank(config.incidents.minimumSeverity)) continue;
      const id = uniqueId(group, ids);
      drafts.push(
        judged
          ? draftOf(judged, id, this.now, config.incidents)
          : { ...same.draft, id, ...lifecycleOf(same.draft.window, this.now, config.incidents) },
      );
      keptOf.set(id, kept);
    }
    for (const incident of [...keptOf.values()].flat()) left.delete(incident);
    const past = { ...pagingPast(drafts, keptOf, left, earlier), since: span.start };
    const { drafts: budgeted, ledger } = withinBudget(drafts, config.alertBudget, past);
    for (const draft of budgeted) await this.#keep(draft, keptOf.get(draft.id) ?? []);
    for (const incident of left) await this.#withdraw(incident);
    return ledger;
  }

  async #keep(draft: IncidentDraft, kept: readonly KeptIncident[]): Promise<void> {
    const { incidents } = this.#ports;
    let all = kept;
    for (let attempt = 1; ; attempt++) {
      const before = all.find((one) => one.draft.id === draft.id) ?? (await this.#under(draft.id));
      const absorbed = all.filter((one) => one.draft.id !== draft.id);
      const incident = revised(draft, before, absorbed, this.#knowledge.config.live);
      try {
        if (!before || !isSame(incident, before)) {
          await incidents.put(incident, before?.version ?? null);
          this.#count(incident, before);
        }
        for (const one of absorbed) await incidents.forward(one, draft.id);
        this.#done.merged += absorbed.length;
        return;
      } catch (error) {
        if (!isChangedMeanwhile(error) || attempt === ATTEMPTS) throw error;
        all = await this.#again(all);
      }
    }
  }

  async #withdraw(incident: KeptIncident): Promise<void> {
    if (incident.withdrawnAt !== null) return;
    let before: KeptIncident | undefined = incident;
    for (let attempt = 1; before; attempt++) {
      try {
        await this.#ports.incidents.put(withdrawn(before, this.now), before.version);
        this.#done.withdrawn += 1;
        return;
      } catch (error) {
        if (!isChangedMeanwhile(error) || attempt === ATTEMPTS) throw error;
        [before] = await this.#again([before]);
      }
    }
  }

  /** An incident that is kept under an id, if it is not forwarded. */
  async #under(id: string): Promise<KeptIncident | null> {
    const found = await this.#ports.incidents.get(id);
    return found?.draft.id === id ? found : null;
  }

  async #again(kept: readonly KeptIncident[]): Promise<readonly KeptIncident[]> {
    const found: KeptIncident[] = [];
    for (const { draft } of kept) {
      const incident = await this.#under(draft.id);
      if (incident) found.push(incident);
    }
    return found;
  }

  #count({ draft }: LiveIncident, before: KeptIncident | null): void {
    if (!before) this.#done.opened += 1;
    else if (draft.state === "closed" && before.draft.state === "open") this.#done.closed += 1;
    else this.#done.updated += 1;
  }
}

const isChangedMeanwhile = (error: unknown): boolean =>
  error instanceof TrailwatchError && error.code === "CHANGED_MEANWHILE";

/** Whether an incident was made of just these findings. */
const isOf = ({ draft, withdrawnAt }: KeptIncident, group: FindingGroup): boolean =>
  withdrawnAt === null &&
  draft.findings.length === group.findings.length &&
  alike(draft.findings, group.findings) &&
  alike(draft.joinedBy, group.joinedBy);

function isSame(incident: LiveIncident, { version: _, ...before }: KeptIncident): boolean {
  return alike(incident, before);
}
