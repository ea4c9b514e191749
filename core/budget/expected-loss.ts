import type { Finding, Severity } from "../domain/finding.ts";
import { severityRank } from "../domain/finding.ts";
import type { ExpectedLoss, ExpectedVerdict } from "../domain/incident.ts";
import type { NanoUsd } from "../domain/money.ts";
import { usdPhrase } from "../incidents/usd-phrase.ts";
import { grouped } from "../messages/format.ts";

/** What an incident of a severity stands for where nobody looks at it, in USD: each step ten times the one before. */
const HARM: Readonly<Record<Severity, number>> = { info: 10, low: 100, medium: 1_000, high: 10_000, critical: 100_000 };

/** A danger that is there (a log switched off, a right given away) cannot be taken back by looking later. */
const DANGER = 2;

/** How long money runs before somebody who was not woken looks. */
const HOURS = 24;

/** Belief in one finding: rules speak of what happened; a first alone is seldom anything. */
const BELIEF = { policy: 0.9, insight: 0.5, novelty: 0.3 } as const;
const MOST_BELIEVED = 0.95;

/** What the accounts' own past explains is seldom a loss. */
const EXPECTED = 0.05;

export interface LossMaterial {
  readonly severity: Severity;
  readonly findings: readonly Finding[];
  readonly expected: ExpectedVerdict;
  /** The most that its events added in any one hour, in USD/hour. */
  readonly addedPerHour: NanoUsd;
  /** How often people called incidents about the same things right and wrong to page. */
  readonly judged: { readonly right: number; readonly wrong: number };
}

/**
 * What it would cost on the average if nobody looked at an incident until the next day: (harm + money) x belief. It ranks
 * incidents against each other where there is a budget; it is no forecast of a bill.
 */
export function expectedLossOf({ severity, findings, expected, addedPerHour, judged }: LossMaterial): ExpectedLoss {
  const isDanger = findings.some(
    (finding) => finding.kind === "policy" && severityRank(finding.severity) >= severityRank("medium"),
  );
  const harm = HARM[severity] * (isDanger ? DANGER : 1);
  const money = (Number(addedPerHour) / 1e9) * HOURS;
  const belief = learnt(beliefIn(findings), judged) * (expected.expected ? EXPECTED : 1);
  const labels = judged.right + judged.wrong;
  return {
    usd: Math.round((harm + money) * belief),
    because: [
      `${severity}${isDanger ? " with a danger" : ""} stands for ${grouped(harm)} USD`,
      ...(money > 0 ? [`${usdPhrase(addedPerHour)} USD/hour for ${HOURS} hours`] : []),
      `believed to ${Math.round(belief * 100)} %${expected.expected ? ", since it was expected" : ""}`,
      ...(labels > 0 ? [`${judged.right} of ${labels} labelled like it were right`] : []),
    ],
  };
}

/** What is believed before anybody said anything weighs as much as so many labels. */
const PRIOR = 2;

/** The mean of a beta distribution with the belief as its prior. */
const learnt = (belief: number, { right, wrong }: LossMaterial["judged"]): number =>
  Math.min(MOST_BELIEVED, (belief * PRIOR + right) / (PRIOR + right + wrong));

/** That at least one of the findings is what it says, each for itself. */
function beliefIn(findings: readonly Finding[]): number {
  const doubt = findings.reduce((rest, finding) => rest * (1 - believed(finding)), 1);
  return Math.min(MOST_BELIEVED, 1 - doubt);
}

/** An anomaly's grade is in doubt where little history stands behind the expectation, but never by more than half. */
const believed = (finding: Finding): number =>
  finding.kind === "anomaly" ? finding.grade * (0.5 + finding.confidence / 2) : BELIEF[finding.kind];
