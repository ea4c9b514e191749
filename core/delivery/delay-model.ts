import { type EpochMs, MINUTE } from "../domain/time.ts";

/**
 * When CloudTrail delivers what happened, for events of which nobody knows it: a file an account and region about every
 * five minutes, "within an average of about 5 minutes of an API call. This time is not guaranteed" (AWS CloudTrail user
 * guide, "Getting and viewing your CloudTrail log files"); until 2023 the same page spoke of 15 minutes. Half of the
 * average is the wait for the file. The other half is drawn from a log-normal distribution, whose spread is chosen so that
 * of a hundred events about one takes longer than 13 minutes; that shape is ours, AWS publishes none.
 */
const PERIOD = 5 * MINUTE;
const MEAN_AFTER = 2.5 * MINUTE;
const SPREAD = 0.7;
const MEDIAN_AFTER = MEAN_AFTER * Math.exp(-(SPREAD ** 2) / 2);

/**
 * The same on every machine and run; all events of an account and region whose times lie in the same minute are delivered
 * together.
 */
export function modelledDelivery(account: string, region: string, time: EpochMs): EpochMs {
  const stream = hashOf(`${account} ${region}`);
  const offset = (stream % (PERIOD / MINUTE)) * MINUTE;
  const end = (Math.floor((time - offset) / PERIOD) + 1) * PERIOD + offset;
  const file = hashOf(`${stream} ${end}`);
  return end + Math.round(MEDIAN_AFTER * Math.exp(SPREAD * normal(file)));
}

/** Of the standard normal distribution (Box, Muller), by two numbers that are drawn from a hash. */
function normal(hash: number): number {
  const [a, b] = [uniform(hash), uniform(hash ^ 0x9e3779b9)];
  return Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b);
}

/** Above 0 and up to 1. */
const uniform = (hash: number): number => (mixed(hash) + 1) / 2 ** 32;

/** Fowler, Noll, Vo; 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mixed(hash);
}

/** The finalizer of MurmurHash3. */
function mixed(hash: number): number {
  let mixing = hash ^ (hash >>> 16);
  mixing = Math.imul(mixing, 0x85ebca6b);
  mixing ^= mixing >>> 13;
  mixing = Math.imul(mixing, 0xc2b2ae35);
  return (mixing ^ (mixing >>> 16)) >>> 0;
}

/** Insights are delivered "within 30 minutes of unusual activity" (same guide, "Delivery of Insights events"), once they work. */
export const modelledInsightDelivery = (time: EpochMs): EpochMs => time + 30 * MINUTE;
