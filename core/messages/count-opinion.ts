import type { CountOpinion } from "../domain/finding.ts";
import { amount, counted } from "./format.ts";

const WEEKS_A_YEAR = 52;
/** Years; nothing that was watched for weeks can be said to be rarer. */
const RAREST = 20;

/** `a probability of 1e-9 by the count model, here about once in 3 years without a cause` */
export function countOpinionWords({ tail, falsePerWeek }: CountOpinion): string {
  const often =
    falsePerWeek * WEEKS_A_YEAR * RAREST < 1 ? `less than once in ${RAREST} years` : interval(1 / falsePerWeek);
  return `a probability of ${probability(tail)} by the count model, here ${often} without a cause`;
}

/** Never said to be less likely than it is. */
const probability = (tail: number): string => {
  const digits = Math.floor(tail);
  return digits < 4 ? `1 in ${amount(10 ** digits)}` : `1e-${digits}`;
};

const interval = (weeks: number): string =>
  weeks < 2 * WEEKS_A_YEAR
    ? `about once in ${counted(Math.round(weeks), "week")}`
    : `about once in ${counted(Math.round(weeks / WEEKS_A_YEAR), "year")}`;
