import type { Anomaly } from "../domain/finding.ts";
import type { ForestFinding, SecondOpinion, Unheard } from "../domain/second-opinion.ts";
import type { TimeWindow } from "../domain/time.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { AskedWindow, DetectorState, SecondOpinions } from "../ports/second-opinion.ts";
import { type DistinctFinding, overlap, strongestOf } from "./distinct-findings.ts";
import { withOpinion } from "./fuse.ts";

export interface Attached {
  /** In the order given, with what the forest says of them. */
  readonly anomalies: readonly Anomaly[];
  /** Findings about a region of an account that no anomaly of the same count overlaps. */
  readonly alone: readonly DistinctFinding[];
}

type Own = SecondOpinion["own"];

/**
 * Tells each anomaly what the forest says of the same count in the same window: that it finds it too, that it finds
 * nothing, or that it is not heard. Anomalies of counts that no detector watches stay as they are.
 */
export async function attachOpinions(
  anomalies: readonly Anomaly[],
  findings: readonly DistinctFinding[],
  detectors: readonly DetectorState[],
  { directory, opinions }: { readonly directory: AccountDirectory; readonly opinions: SecondOpinions },
): Promise<Attached> {
  const matches = anomalies.map((anomaly) => findings.filter((finding) => isAbout(finding, anomaly, directory)));
  const told = new Set(matches.flat());
  const owns = await ownOpinions(anomalies, matches, detectors, opinions);
  return {
    anomalies: anomalies.map((anomaly, at) => {
      const own = owns[at] ?? null;
      const together = (matches[at] ?? []).flatMap((finding) =>
        finding.entity.of === "region" ? [] : [{ ...saidBy(finding), group: finding.entity }],
      );
      return own === null && together.length === 0 ? anomaly : withOpinion(anomaly, { own, together });
    }),
    alone: findings.filter((finding) => finding.entity.of === "region" && !told.has(finding)),
  };
}

/** A detector watches a count per region: of one principal or one resource it knows nothing. */
export const isWatchable = ({ entity }: Anomaly): boolean => entity.principal === null && entity.resource === null;

function isAbout(finding: DistinctFinding, anomaly: Anomaly, directory: AccountDirectory): boolean {
  if (finding.signal !== anomaly.signal || !isWatchable(anomaly)) return false;
  if (!overlap(finding.window, anomaly.window) || !sameDirection(finding, anomaly)) return false;
  const { entity } = finding;
  switch (entity.of) {
    case "region":
      return entity.account === anomaly.entity.account && entity.region === anomaly.entity.region;
    case "account-type":
      return directory.account(anomaly.account).type === entity.type;
    case "ou":
      return directory.account(anomaly.account).ouPath === entity.path;
  }
}

/** A result says neither when its expectation is left out: then it may be meant. */
function sameDirection({ actual, expected }: ForestFinding, { direction }: Anomaly): boolean {
  if (actual === null || expected === null) return true;
  return direction === "rise" ? actual > expected : actual < expected;
}

const saidBy = ({ window, grade, confidence, actual, expected }: ForestFinding): ForestFinding => ({
  window,
  grade,
  confidence,
  actual,
  expected,
});

export const askedOf = ({ signal, account, region, window }: Anomaly): AskedWindow => ({
  signal,
  account,
  region,
  window,
});

async function ownOpinions(
  anomalies: readonly Anomaly[],
  matches: readonly (readonly DistinctFinding[])[],
  detectors: readonly DetectorState[],
  opinions: SecondOpinions,
): Promise<readonly Own[]> {
  const states = new Map(detectors.filter(({ by }) => by === "region").map((state) => [state.signal, state]));
  const same = matches.map((found) => strongestOf(found.filter(({ entity }) => entity.of === "region")));
  const open = anomalies.flatMap((anomaly, at) =>
    isWatchable(anomaly) && states.has(anomaly.signal) && !same[at] ? [{ anomaly, at }] : [],
  );
  const judged = await opinions.judged(open.map(({ anomaly }) => askedOf(anomaly)));
  const owns = same.map((finding): Own => (finding ? { verdict: "same", ...saidBy(finding) } : null));
  for (const [question, { anomaly, at }] of open.entries()) {
    const answer = judged[question] ?? false;
    owns[at] =
      answer === true
        ? { verdict: "nothing" }
        : { verdict: "unheard", reason: answer || whyUnheard(states.get(anomaly.signal), anomaly.window) };
  }
  return owns;
}

function whyUnheard(state: DetectorState | undefined, window: TimeWindow): Unheard {
  if (state?.unheard) return state.unheard;
  return { why: state?.until && window.end > state.until ? "not-yet" : "not-covered" };
}
