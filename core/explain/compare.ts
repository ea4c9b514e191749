import { peersWords } from "../messages/peers.ts";
import { anomaliesOf, type Case, signalOf } from "./case.ts";
import type { Measure } from "./measure.ts";
import { atMost, comparison } from "./statements.ts";

/** Below this a mean of what is counted whenever anything is would be told as "the usual 1.0": say one. */
const ABOUT_ONE = 1.05;

/**
 * How a headline's number compares with what is usual, in the words of a person: the amount when there is any, where that
 * is a habit; else what the model expected; else the most that it expected; `never before` where there was nothing at all.
 * What is usual elsewhere only, because the account is new, is said to be.
 */
export function compared(subject: Case, measure: Measure): string {
  const expectedBy = anomaliesOf(subject.leads)[0]?.expectedBy;
  const words = comparedWithUsual(subject, measure);
  return expectedBy && words !== "" ? `${words} in ${peersWords(expectedBy)}` : words;
}

function comparedWithUsual(subject: Case, { total, usual }: Measure): string {
  const leads = anomaliesOf(subject.leads);
  const [lead] = leads;
  if (!lead || leads.every(({ expected }) => expected === null)) return comparison(total, null);
  const money = signalOf(lead, subject.signals)?.value.of === "usd-per-hour";
  if (usual !== null && total >= 2 * usual.mean)
    return comparison(total, usual.mean < ABOUT_ONE && !money ? 1 : usual.mean, money);
  const expected = leads.reduce((sum, one) => sum + (one.expected ?? 0), 0);
  if (expected >= 1 || money) return comparison(total, expected, money);
  const upper = leads.reduce((sum, one) => sum + (one.upper ?? 0), 0);
  if (upper < 0.5) return "where none is usual";
  return upper < total ? `where at most ${atMost(upper)} ${upper > 1 ? "are" : "is"} usual` : "";
}
