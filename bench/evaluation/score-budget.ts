import { severityRank } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";
import { DAY } from "#core/domain/time.ts";
import type { Truth } from "#simulator/index.ts";

export interface BudgetScore {
  readonly seed: number;
  /** Of each week in which nothing was planted: incidents above the calibrated threshold, before any cap. */
  readonly calm: readonly number[];
  /** The same of the other weeks. */
  readonly stormy: readonly number[];
  /** Planted incidents that became one of at least high. */
  readonly severe: number;
  /** Names of those that the cap kept from being paged. */
  readonly held: readonly string[];
  /** Names of those that the calibration did. */
  readonly below: readonly string[];
}

const WEEK = 7 * DAY;

/** Holds what an analysis paged, or held back, against what was planted and when. */
export function scoreBudget(truth: Truth, incidents: readonly Incident[]): BudgetScore {
  const [start, end] = [Date.parse(truth.start), Date.parse(truth.end)];
  const stories = truth.planted.filter(({ kind }) => kind === "incident");
  const counts = { calm: [] as number[], stormy: [] as number[] };
  for (let week = start; week + WEEK <= end; week += WEEK) {
    const isPlanted = stories.some((one) => Date.parse(one.start) < week + WEEK && Date.parse(one.end) >= week);
    const above = incidents.filter((one) => isAbove(one) && one.openedAt >= week && one.openedAt < week + WEEK);
    counts[isPlanted ? "stormy" : "calm"].push(above.length);
  }
  const severe = stories.flatMap(({ name, eventIds }) => {
    const own = new Set(eventIds);
    const found = incidents.filter((one) => isHigh(one) && one.eventIds.some((id) => own.has(id)));
    return found.length === 0 ? [] : [{ name, found }];
  });
  const heldBy = (why: "cap" | "calibration"): readonly string[] =>
    severe
      .filter(
        ({ found }) =>
          found.every(({ paging }) => !paging.paged) && found.some(({ paging }) => paging.heldBackBy === why),
      )
      .map(({ name }) => name);
  return {
    seed: truth.options.seed,
    ...counts,
    severe: severe.length,
    held: heldBy("cap"),
    below: heldBy("calibration"),
  };
}

const isAbove = ({ paging }: Incident): boolean => paging.paged || paging.heldBackBy === "cap";
const isHigh = ({ severity }: Incident): boolean => severityRank(severity) >= severityRank("high");
