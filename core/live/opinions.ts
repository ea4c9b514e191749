import { healthOf } from "../detection/delivery-health.ts";
import type { Anomaly, Finding } from "../domain/finding.ts";
import { DAY, type EpochMs, HOUR } from "../domain/time.ts";
import type { EventStore } from "../ports/event-store.ts";
import type { SubjectFindings } from "../ports/finding-store.ts";
import type { KeptIncident } from "../ports/live-incidents.ts";
import type { SecondOpinions } from "../ports/second-opinion.ts";
import { consult } from "../second-opinion/consult.ts";
import { withOpinion } from "../second-opinion/fuse.ts";
import type { WatchCheckpoint } from "./checkpoint.ts";
import type { FindingCache } from "./finding-cache.ts";
import { isOfKind, subjectOf } from "./subjects.ts";
import type { WatchKnowledge } from "./watch-context.ts";

export interface OpinionContext {
  readonly opinions: SecondOpinions;
  readonly store: EventStore;
  readonly knowledge: WatchKnowledge;
  /** Of the watch: what is known of the accounts' delivery. */
  readonly watched: WatchCheckpoint;
  readonly now: EpochMs;
}

/** Results of a stretch that began before the time of concern are read too, so that it is not taken for a new one. */
const BEFORE = DAY;

export interface Opinions {
  /** In the order given, with what the forest says of those that ended lately; of the others with what it said then. */
  readonly findings: readonly Finding[];
  /** What the forest alone found, to be kept. */
  readonly alone: readonly SubjectFindings[];
}

/** Asks the forest about the anomalies of the last hours, and for what it alone has found in them. */
export async function withOpinions(
  findings: readonly Finding[],
  kept: readonly KeptIncident[],
  cache: FindingCache,
  context: OpinionContext,
): Promise<Opinions> {
  const { now, knowledge, watched } = context;
  const since = now - knowledge.config.live.opinionHours * HOUR;
  const start = since - BEFORE;
  const isAsked = (finding: Finding): finding is Anomaly =>
    finding.kind === "anomaly" && finding.window.end >= start && finding.secondOpinion?.own?.verdict !== "alone";
  const accounts = Object.entries(watched.accounts).map(
    ([account, { delivery }]) => [account, { ...delivery, until: delivery.next }] as const,
  );
  const heard = await consult(findings.filter(isAsked), {
    opinions: context.opinions,
    store: context.store,
    directory: knowledge.directory,
    signals: knowledge.signals,
    health: healthOf(new Map(accounts)),
    config: knowledge.config.detection,
    span: { start, end: now },
  });
  const asked = new Map(heard.map((anomaly) => [anomaly.id, anomaly]));
  const known = new Set(findings.map(({ id }) => id));
  const before = opinionsBefore(kept);
  return {
    findings: findings.map((finding) => {
      if (finding.window.end >= since) return asked.get(finding.id) ?? finding;
      return finding.kind === "anomaly" ? withEarlier(finding, before.get(finding.id)) : finding;
    }),
    alone: aloneSets(
      heard.filter(({ id }) => !known.has(id)),
      since,
      cache,
    ),
  };
}

const opinionsBefore = (kept: readonly KeptIncident[]): ReadonlyMap<string, Anomaly["secondOpinion"]> =>
  new Map(
    kept.flatMap(({ draft }) =>
      draft.findings.flatMap((finding) =>
        finding.kind === "anomaly" && finding.secondOpinion ? [[finding.id, finding.secondOpinion] as const] : [],
      ),
    ),
  );

const withEarlier = (anomaly: Anomaly, said: Anomaly["secondOpinion"]): Anomaly =>
  anomaly.secondOpinion || !said ? anomaly : withOpinion(anomaly, said);

/** Those that began in the last hours, in the place of the ones that were kept of the same time. */
function aloneSets(alone: readonly Anomaly[], since: EpochMs, cache: FindingCache): readonly SubjectFindings[] {
  const sets = new Map<string, Finding[]>();
  for (const { subject, findings } of cache.sets) {
    if (isOfKind(subject, "forest"))
      sets.set(
        subject,
        findings.filter(({ window }) => window.start < since),
      );
  }
  for (const anomaly of alone) {
    if (anomaly.window.start < since) continue;
    const subject = subjectOf("forest", anomaly.signal, anomaly.account, anomaly.region);
    sets.set(subject, [...(sets.get(subject) ?? []), anomaly]);
  }
  return [...sets].map(([subject, findings]) => ({ subject, findings, memo: null }));
}
