import type { Analysis, SpendFigures } from "#core/domain/analysis.ts";
import { SEVERITIES, type Severity } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import type { IngestSummary, QuarantineReason } from "#core/domain/ingest.ts";
import { amount, counted, duration, listed, utc } from "#core/messages/format.ts";
import { dollarRange, isZeroRange } from "#core/messages/money.ts";
import { unheardWords } from "#core/messages/second-opinion.ts";
import { named } from "#core/messages/visible.ts";

/** The few lines that say in ten seconds what was read, left out, found and spent. Plain text, one line each. */
export interface SummaryLine {
  readonly label: "Read" | "Left out" | "Unknown" | "Found" | "Forest" | "Spend";
  readonly text: string;
}

export function summaryLines(analysis: Analysis): readonly SummaryLine[] {
  const { ingest, span, accounts, unknownWindows } = analysis;
  const when = span ? `, ${utc(span.start)} to ${utc(span.end)} (${duration(span.end - span.start)})` : "";
  const left = leftOut(ingest);
  return [
    {
      label: "Read",
      text: `${counted(ingest.stored, "event")} in ${counted(accounts.length, "account")}${when}; ${counted(ingest.files, "file")}, ${bytes(ingest.bytes)}`,
    },
    { label: "Left out", text: left.length === 0 ? "nothing" : left.join("; ") },
    ...(unknownWindows.length === 0 ? [] : [{ label: "Unknown", text: unknown(analysis) } as const]),
    { label: "Found", text: found(analysis.incidents) },
    ...opinions(analysis.incidents).map((text) => ({ label: "Forest", text }) as const),
    { label: "Spend", text: spend(analysis) },
  ];
}

const REASONS: Readonly<Record<QuarantineReason, string>> = {
  "truncated-gzip": "in a truncated gzip",
  "broken-json": "of broken JSON",
  "not-a-record": "that are no CloudTrail records",
  "missing-field": "without a needed field",
  "wrong-type": "with a field of the wrong type",
  "in-the-future": "dated after they were delivered",
  "too-large": "too large",
  "too-deep": "nested too deeply",
  "unreadable-file": "in unreadable files",
  "id-conflict": "with another record's id",
  "older-than-retention": "older than what is kept",
  "refused-by-store": "that the store refused",
  unprocessable: "that our own code failed on",
};

/** What was read and is not among the events, with the reason. */
function leftOut(ingest: IngestSummary): readonly string[] {
  const parts: string[] = [];
  if (ingest.duplicates > 0) parts.push(`${counted(ingest.duplicates, "duplicate")} counted once`);
  if (ingest.conflicts > 0) parts.push(`${counted(ingest.conflicts, "conflict")} kept apart`);
  const quarantined = Object.entries(ingest.quarantined).filter(([, count]) => count > 0) as [
    QuarantineReason,
    number,
  ][];
  if (quarantined.length > 0) {
    const total = quarantined.reduce((sum, [, count]) => sum + count, 0);
    const why = quarantined
      .sort(([, a], [, b]) => b - a)
      .map(([reason, count]) => `${amount(count)} ${REASONS[reason]}`);
    parts.push(`${amount(total)} quarantined (${listed(why, 9)})`);
  }
  if (ingest.leftOut > 0) parts.push(`${counted(ingest.leftOut, "record")} by your filters, or as no events (digests)`);
  for (const [reason, count] of Object.entries(ingest.filesLeftOut).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (count > 0) parts.push(`${counted(count, "file")} (${named(reason)})`);
  }
  if (ingest.filesSkipped > 0) parts.push(`${counted(ingest.filesSkipped, "file")} read before`);
  return parts;
}

function unknown({ unknownWindows, accounts }: Analysis): string {
  const inAccounts = new Set(unknownWindows.map(({ account }) => account));
  const total = unknownWindows.reduce((sum, { window }) => sum + window.end - window.start, 0);
  const names = [...inAccounts].map((id) =>
    named(accounts.find(({ context }) => context.id === id)?.context.alias ?? id),
  );
  return `${counted(unknownWindows.length, "window")} without healthy delivery, ${duration(total)} in ${listed(names, 4)}: silence there was not taken for calm`;
}

export const isPaged = ({ paging }: Incident): boolean => paging.paged;
export const isMuted = ({ mute }: Incident): boolean => mute !== null;

function found(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return "no incidents";
  const paged = incidents.filter(isPaged);
  const muted = incidents.filter(isMuted);
  const digest = incidents.length - paged.length - muted.length;
  const severities = bySeverity(paged);
  const head =
    paged.length === 0 ? "nothing that pages" : `${counted(paged.length, "incident")} to act on (${severities})`;
  return [
    head,
    ...(digest > 0 ? [`${amount(digest)} for the digest`] : []),
    ...(muted.length > 0 ? [`${amount(muted.length)} muted`] : []),
  ].join("; ");
}

/** What the second opinion came to; nothing where none was asked. */
function opinions(incidents: readonly Incident[]): readonly string[] {
  const findings = incidents.flatMap((incident) => incident.findings);
  const own = findings.flatMap((finding) => (finding.kind === "anomaly" && finding.secondOpinion?.own) || []);
  const count = (verdict: (typeof own)[number]["verdict"]): number =>
    own.filter((opinion) => opinion.verdict === verdict).length;
  const asked = own.length - count("alone");
  if (own.length === 0) return [];
  const reasons = unheardWords(findings);
  return [
    [
      `asked about ${counted(asked, "departure")} of the counts that it watches: finds ${amount(count("same"))} of them too, says nothing of ${amount(count("nothing"))}`,
      ...(reasons.length > 0 ? [`is not heard of ${amount(count("unheard"))} (${listed(reasons, 4)})`] : []),
      ...(count("alone") > 0 ? [`finds ${amount(count("alone"))} alone`] : []),
    ].join(", "),
  ];
}

function bySeverity(incidents: readonly Incident[]): string {
  const count = (severity: Severity): number => incidents.filter((incident) => incident.severity === severity).length;
  return [...SEVERITIES]
    .reverse()
    .filter((severity) => count(severity) > 0)
    .map((severity) => `${amount(count(severity))} ${severity}`)
    .join(", ");
}

function spend({ spend: meter }: Analysis): string {
  return `${spendFigures(meter)} (list prices as of ${named(meter.pricesAsOf)})`;
}

/** Added, removed and unknown stay apart: their sum would hide what nobody knows. */
function spendFigures(figures: SpendFigures): string {
  const once = isZeroRange(figures.once) ? "" : `, ${dollarRange(figures.once)} once`;
  const unpriced = figures.unpricedEvents === 0 ? "" : `, ${counted(figures.unpricedEvents, "event")} of unknown cost`;
  return `${dollarRange(figures.addedPerHour)} per hour added, ${dollarRange(figures.removedPerHour)} removed${once}${unpriced}`;
}

function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${amount(value)} ${units[unit]}`;
}
