import { TrailwatchError } from "../domain/errors.ts";
import type { Anomaly } from "../domain/finding.ts";
import { MINUTE } from "../domain/time.ts";
import type { KeptFindings, SubjectFindings } from "../ports/finding-store.ts";
import type { Pending } from "./checkpoint.ts";
import { examineDanger } from "./dangers.ts";
import { examineEntity } from "./examine.ts";
import { accountOf, isOfKind, seriesOf } from "./subjects.ts";
import { examineViolations, type ViolationContext, waitsUntil } from "./violations.ts";
import type { HeardContext } from "./watch-context.ts";

/** A subject whose examination failed is tried again after this. */
const RETRY_AFTER = 10 * MINUTE;

/** A failure that is the run's own, not the subject's. */
const OURS = new Set(["LEASE_LOST", "INTERRUPTED"]);

export interface FailedExamination {
  readonly subject: string;
  readonly message: string;
}

/** Examines subjects and replaces their findings, one after the other; one that fails costs only itself. */
export class Examiner {
  readonly #context: HeardContext;
  readonly failed: FailedExamination[] = [];
  examined = 0;
  /** Those for which there was no time in this run. */
  deferred = 0;

  constructor(context: HeardContext) {
    this.#context = context;
  }

  /** What is not examined now is pending afterwards. Rejects with what the finding store rejects with. */
  async examine(requests: readonly Pending[]): Promise<void> {
    const { writer, pending, knowledge } = this.#context;
    const before = await writer.before(requests.map(({ subject }) => subject));
    for (const request of requests) {
      if (this.examined >= knowledge.config.live.examinations) {
        this.deferred += 1;
        pending.add({ ...request, notBefore: null });
        continue;
      }
      const known = before.get(request.subject) ?? null;
      const found = await this.#examined(request, known);
      if (!found) continue;
      await writer.replace([this.#withStanding(found, known)]);
    }
  }

  /**
   * With what was found before of a time that the account has not come to again, because it is followed anew: it stands
   * until then, and is judged then.
   */
  #withStanding(found: SubjectFindings, before: KeptFindings | null): SubjectFindings {
    const { followed, pending, reach } = this.#context;
    const { subject } = found;
    const time = followed.get(accountOf(subject))?.time ?? reach;
    const standing = (before?.findings ?? []).filter(({ window }) => window.start > time);
    const [first, last] = [standing[0], standing.at(-1)];
    if (!first || !last) return found;
    if (!pending.get(subject)) {
      const notBefore = { through: last.window.end };
      pending.set({ subject, why: "it was found before", from: first.window.start, notBefore, seen: null });
    }
    return { ...found, findings: [...found.findings, ...standing] };
  }

  async #examined(request: Pending, before: KeptFindings | null): Promise<SubjectFindings | null> {
    this.examined += 1;
    try {
      return await this.#judge(request, before);
    } catch (error) {
      if (error instanceof TrailwatchError && OURS.has(error.code)) throw error;
      const { subject } = request;
      this.failed.push({ subject, message: error instanceof Error ? error.message : String(error) });
      const { pending, now } = this.#context;
      pending.set({ ...request, notBefore: { time: now + RETRY_AFTER } });
      return null;
    }
  }

  async #judge(request: Pending, before: KeptFindings | null): Promise<SubjectFindings | null> {
    const { subject } = request;
    const { pending, ports, knowledge, keptSince, now, coverage, span, followed, reach } = this.#context;
    const { directory, config, policies } = knowledge;
    if (isOfKind(subject, "anomaly")) return this.#judgeEntity(request, before);
    const account = accountOf(subject);
    const time = followed.get(account)?.time ?? reach;
    // What was only learnt from was judged by nobody: of whoever is judged for the first time everything is looked at.
    const isFirst = isOfKind(subject, "danger") ? (before?.memo ?? null) === null : before === null;
    const first = coverage.find((covered) => covered.account === account)?.first ?? request.from;
    const waiting = pending.get(subject)?.from ?? request.from;
    const from = Math.min(request.from, waiting, isFirst ? first : request.from);
    const about = { store: ports.events, directory, keptSince, now, time };
    if (isOfKind(subject, "danger")) {
      const loggedAccounts = new Set(coverage.map((covered) => covered.account));
      pending.remove(subject);
      return examineDanger(subject, before, from, { ...about, loggedAccounts, span, config: config.incidents });
    }
    const context: ViolationContext = { ...about, policies, coverage, longMinutes: config.live.leakMinutes };
    const due = waitsUntil(before, context);
    if (due !== null) {
      pending.set({ ...request, notBefore: { time: due } });
      return null;
    }
    pending.remove(subject);
    return examineViolations(subject, before, from, context);
  }

  async #judgeEntity(request: Pending, before: KeptFindings | null): Promise<SubjectFindings | null> {
    const { pending, ports, knowledge, signals, followed, closings, open, keptSince, now } = this.#context;
    const { peers, expectations } = this.#context;
    const { subject, from } = request;
    const series = seriesOf(subject);
    const account = followed.get(accountOf(subject));
    pending.remove(subject);
    // A signal that is watched no longer, an account that nobody knows any more.
    if (!signals.has(series.signal) || !account) return { subject, findings: [], memo: null };
    const closed = closings[account.account]?.closed ?? account.watch.since;
    const { engine, config } = knowledge;
    const { findings, provisionalUntil, seen } = await examineEntity(series, account, closed, anomaliesOf(before), {
      store: ports.events,
      rollups: ports.rollups,
      open,
      engine,
      config: config.detection,
      signals,
      peers,
      expectations,
      seriesDays: config.live.seriesDays,
      keptSince,
      now,
    });
    if (provisionalUntil !== null) {
      const notBefore = { through: provisionalUntil };
      pending.set({ subject, why: "what was open has closed", from, notBefore, seen });
    }
    return { subject, findings, memo: null };
  }
}

const anomaliesOf = (before: KeptFindings | null): readonly Anomaly[] => (before?.findings ?? []) as readonly Anomaly[];
