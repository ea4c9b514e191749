import type { DeliveredDifference, DeliveredIncident } from "../domain/as-delivered.ts";
import type { Finding } from "../domain/finding.ts";
import type { Incident, IncidentDraft } from "../domain/incident.ts";
import { DAY } from "../domain/time.ts";
import { counted, listed, utc, utcWindow } from "../messages/format.ts";
import { place } from "../messages/phrases.ts";
import { whoLine } from "../messages/who.ts";
import { canonical } from "../use-cases/kept-incidents.ts";
import type { LatenessOf } from "./late-findings.ts";

export interface Comparison {
  /** Ids of the incidents that are the same in both. */
  readonly same: readonly string[];
  /** Those of the analysis first, in its order; then those that only the replay has. */
  readonly differences: readonly DeliveredDifference[];
}

export interface CompareContext {
  readonly lateness: LatenessOf;
  /** Days of findings that a deployment groups. */
  readonly groupDays: number;
  /** What people were told of an incident, by any of its ids; `null` where nothing was. */
  readonly told: (id: string) => string | null;
}

/** Holds what was found as events were delivered against what one analysis finds in all of them, and says why they differ. */
export async function compareDelivered(
  analysed: readonly Incident[],
  delivered: readonly DeliveredIncident[],
  context: CompareContext,
): Promise<Comparison> {
  const left = new Set(delivered.filter(({ withdrawnAt }) => withdrawnAt === null));
  const pairs = new Map<Incident, DeliveredIncident>();
  for (const incident of analysed) {
    const match = matchOf(incident, left);
    if (!match) continue;
    pairs.set(incident, match);
    left.delete(match);
  }
  const same: string[] = [];
  const differences: DeliveredDifference[] = [];
  for (const incident of analysed) {
    const match = pairs.get(incident) ?? null;
    const what = match ? differing(incident, match.draft) : ["not found as delivered"];
    if (what.length === 0) {
      same.push(incident.id);
      continue;
    }
    const reasons = await reasonsOf(incident, match?.draft ?? null, context);
    differences.push({
      id: incident.id,
      deliveredId: match?.draft.id ?? null,
      severity: incident.severity,
      summary: incident.explanation.summary,
      what,
      reasons,
    });
  }
  const taken = delivered.filter(({ withdrawnAt }) => withdrawnAt !== null);
  for (const incident of [...left, ...taken]) {
    const difference = await onlyDelivered(incident, analysed, context);
    if (difference) differences.push(difference);
  }
  return { same, differences };
}

/** Of the same id, now or before; else the one with most of its findings. */
function matchOf(incident: Incident, among: Iterable<DeliveredIncident>): DeliveredIncident | null {
  const ids = new Set(incident.findings.map(({ id }) => id));
  let best: { readonly match: DeliveredIncident; readonly shared: number } | null = null;
  for (const match of among) {
    if (match.draft.id === incident.id || match.formerIds.includes(incident.id)) return match;
    const shared = match.draft.findings.filter(({ id }) => ids.has(id)).length;
    if (shared > (best?.shared ?? 0)) best = { match, shared };
  }
  return best?.match ?? null;
}

function differing(incident: Incident, draft: IncidentDraft): readonly string[] {
  const what: string[] = [];
  const compare = (name: string, ours: string, theirs: string): void => {
    if (ours !== theirs) what.push(`${name} ${theirs} instead of ${ours}`);
  };
  const accountsOf = ({ accounts }: IncidentDraft): string => listed(accounts.map(({ id }) => id).sort(), 5);
  const principalsOf = ({ principals }: IncidentDraft): string =>
    listed(principals.map(({ value }) => value).sort(), 5);
  compare("id", incident.id, draft.id);
  compare("severity", incident.severity, draft.severity);
  compare("accounts", accountsOf(incident), accountsOf(draft));
  compare("principals", principalsOf(incident) || "nobody", principalsOf(draft) || "nobody");
  compare("window", utcWindow(incident.window), utcWindow(draft.window));
  if (incident.paging.paged !== draft.paging.paged) {
    what.push(draft.paging.paged ? "paged, which it is not in the analysis" : draft.paging.reason);
  }
  return what;
}

async function reasonsOf(
  incident: IncidentDraft,
  draft: IncidentDraft | null,
  { lateness, groupDays }: CompareContext,
): Promise<readonly string[]> {
  const ours = new Map(incident.findings.map((finding) => [finding.id, finding]));
  const theirs = new Map((draft?.findings ?? []).map((finding) => [finding.id, finding]));
  const others = [
    ...incident.findings.filter((finding) => !isSame(finding, theirs.get(finding.id))),
    ...(draft?.findings ?? []).filter(({ id }) => !ours.has(id)),
  ];
  const reasons: string[] = [];
  if (incident.window.end - incident.window.start > groupDays * DAY) {
    reasons.push(`a deployment groups the findings of ${counted(groupDays, "day")}, the analysis those of all time`);
  }
  for (const finding of others) reasons.push(await lateness(finding));
  if (others.length === 0) {
    reasons.push(
      draft
        ? "the findings are the same: it was judged when it was found, by what was known of the accounts then"
        : "its findings were known too",
    );
  }
  return [...new Set(reasons)];
}

const isSame = (a: Finding, b: Finding | undefined): boolean => b !== undefined && seen(a) === seen(b);

const seen = ({ window, severity, facets }: Finding): string => canonical([window, severity, facets.principals]);

/** What was found as delivered and is not in the analysis; `null` of what nobody was told of and that was taken back. */
async function onlyDelivered(
  { draft, withdrawnAt, foundAt }: DeliveredIncident,
  analysed: readonly Incident[],
  context: CompareContext,
): Promise<DeliveredDifference | null> {
  const told = context.told(draft.id);
  if (withdrawnAt !== null && told === null) return null;
  const ids = new Set(draft.findings.map(({ id }) => id));
  const whole = analysed.find(({ findings }) => findings.some(({ id }) => ids.has(id)));
  const what =
    withdrawnAt !== null
      ? `said, and taken back at ${utc(withdrawnAt)}`
      : whole
        ? `an incident of its own, a part of ${whole.id} in the analysis`
        : `found at ${utc(foundAt)}, not in the analysis`;
  return {
    id: null,
    deliveredId: draft.id,
    severity: draft.severity,
    summary: told ?? `${whoLine(draft, 4)} ${place(draft.accounts, draft.regions)}`,
    what: [what],
    reasons: await reasonsOf(draft, whole ?? null, context),
  };
}
