import { grouped } from "../messages/format.ts";
import { bookPrice, servicePrice } from "../pricing/service-price.ts";
import { type Amount, between, type CostLine, exactly, freeLine, lineOf, sumOf, timesOf } from "./line.ts";
import { BUCKETS_A_DAY, DAYS_A_MONTH, GIB, HOURS_A_MONTH } from "./month.ts";
import { type EstimatePlan, eventsPerDay, eventsPerMonth, gibPerMonth, KEPT_SHARE } from "./plan.ts";
import { streamLines } from "./stream.ts";
import { CLOUDTRAIL, dataEventLine, insightsLine, secondCopyLine } from "./trail-options.ts";

/** What it costs that events are logged, carried here and kept. */
export function trailLines(plan: EstimatePlan): readonly CostLine[] {
  const paid = (where: string) =>
    freeLine(CLOUDTRAIL, "trail", "one that exists", `it and its ${where} are paid for already`);
  switch (plan.deployment.events.kind) {
    case "new-trail":
      return [...copyLines(plan), ...logGroupLines(plan), ...bucketLines(plan), ...streamLines(plan)];
    case "log-group":
      return [paid("log group"), ...streamLines(plan)];
    case "bucket":
      return [paid("bucket"), ...queueLines(plan)];
  }
}

function copyLines(plan: EstimatePlan): readonly CostLine[] {
  const { allowSecondTrail, dataEvents, insights } = plan.deployment.config.trail;
  return [
    allowSecondTrail
      ? secondCopyLine(plan)
      : freeLine(
          CLOUDTRAIL,
          "management events",
          "first copy",
          "free where the accounts log management events nowhere else; an account that has a trail of its own pays $2.00 per 100,000 events for the second copy",
        ),
    ...(dataEvents.lambda ? [dataEventLine(plan, "lambda")] : []),
    ...(dataEvents.s3 ? [dataEventLine(plan, "s3")] : []),
    ...(insights ? [insightsLine(plan)] : []),
  ];
}

const LOGS = "CloudWatch Logs";

function logGroupLines(plan: EstimatePlan): readonly CostLine[] {
  const { region, deployment, volume } = plan;
  const { logDays } = deployment.config.trail;
  const gib = gibPerMonth(plan);
  return [
    lineOf({
      service: LOGS,
      what: "the trail's log group, taken in",
      amount: exactly(gib),
      unit: "GiB",
      price: servicePrice("logsIngestGib", region),
      why: [`${grouped(Math.round(volume.bytesPerEvent))} bytes an event`],
    }),
    lineOf({
      service: LOGS,
      what: "the trail's log group, kept",
      amount: timesOf(KEPT_SHARE, (gib * logDays) / DAYS_A_MONTH),
      unit: `GiB of ${logDays} days`,
      price: servicePrice("logsStorageGibMonth", region),
      why: ["compressed to a tenth to a fifth: assumed"],
    }),
  ];
}

/** Regions in which CloudTrail writes an hourly digest of an account, whether anything happens there or not. */
const DIGEST_REGIONS = 17;
const FILES_A_DAY = between(48, BUCKETS_A_DAY);

/** Log files in a month: none without an event. */
export function filesPerMonth(plan: EstimatePlan): Amount {
  const events = eventsPerMonth(plan);
  const { low, high } = timesOf(FILES_A_DAY, plan.volume.entities * DAYS_A_MONTH);
  return between(Math.min(low, events), Math.min(high, events));
}

/** Files and digests that a trail of ours puts into its bucket in a month. */
export function trailPuts(plan: EstimatePlan): Amount {
  if (plan.deployment.events.kind !== "new-trail") return exactly(0);
  return sumOf(exactly(plan.volume.accounts * DIGEST_REGIONS * HOURS_A_MONTH), filesPerMonth(plan));
}

function bucketLines(plan: EstimatePlan): readonly CostLine[] {
  const { region, deployment, volume } = plan;
  const { bucketDays } = deployment.config.trail;
  const gib = (eventsPerDay(plan) * volume.bytesPerEvent * bucketDays) / GIB;
  return [
    lineOf({
      service: "S3",
      what: "the trail's bucket",
      amount: timesOf(KEPT_SHARE, gib),
      unit: `GiB after ${bucketDays} days`,
      price: servicePrice("s3StorageGibMonth", region),
      why: ["less until then", "files compressed to a tenth to a fifth: assumed"],
    }),
    lineOf({
      service: "S3",
      what: "files of the trail, written",
      amount: trailPuts(plan),
      unit: "requests",
      price: bookPrice("s3Write", region, "a PUT request to S3"),
      why: [
        `a file every five to thirty minutes an account and region in use, a digest an hour of each account in ${DIGEST_REGIONS} regions: assumed`,
      ],
    }),
  ];
}

/** Lambda asks an empty queue with five pollers, 20 seconds each. */
const EMPTY_POLLS = (5 * HOURS_A_MONTH * 3600) / 20;

function queueLines(plan: EstimatePlan): readonly CostLine[] {
  const { region } = plan;
  const files = filesPerMonth(plan);
  return [
    lineOf({
      service: "SQS",
      what: "the queue of files",
      amount: sumOf(exactly(EMPTY_POLLS), { low: files.low * 2, high: files.high * 3 }),
      unit: "requests",
      price: servicePrice("sqsRequest", region),
      why: ["two to three a file, and Lambda's polling: assumed"],
    }),
    lineOf({
      service: "S3",
      what: "files of the trail, read",
      amount: files,
      unit: "requests",
      price: bookPrice("s3Read", region, "a GET request to S3"),
      why: ["a file every five to thirty minutes an account and region in use: assumed"],
    }),
  ];
}
