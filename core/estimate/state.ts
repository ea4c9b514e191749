import { bookPrice, servicePrice } from "../pricing/service-price.ts";
import { deployedFunctions } from "./deployed.ts";
import { type Amount, between, type CostLine, exactly, lineOf, sumOf, timesOf } from "./line.ts";
import { BUCKETS_A_DAY, DAYS_A_MONTH, GIB, KIB, MINUTES_A_MONTH } from "./month.ts";
import type { EstimatePlan } from "./plan.ts";
import { trailPuts } from "./trail.ts";

const BUCKETS_A_MONTH = BUCKETS_A_DAY * DAYS_A_MONTH;
const TABLES = 3;

/** What functions keep between runs, and the key that it is encrypted with. */
export function stateLines(plan: EstimatePlan): readonly CostLine[] {
  return [...tableLines(plan), ...bucketLines(plan), ...keyLines(plan)];
}

/** Runs that hold a lease: of UsageRollup, CrossAccountAnomalyProcessor and QBusinessConnector. */
function leasedRuns({ deployment }: EstimatePlan): number {
  const holders = ["UsageRollup", "CrossAccountAnomalyProcessor", "QBusinessConnector"];
  return deployedFunctions(deployment).reduce(
    (sum, { name, everyMinutes }) =>
      sum + (everyMinutes !== null && holders.includes(name) ? MINUTES_A_MONTH / everyMinutes : 0),
    0,
  );
}

/** KB of the watch's checkpoint an account, compressed; from 64 KB on it lies in a bucket. */
const CHECKPOINT_KB = between(0.05, 0.15);
const LARGEST_ITEM_KB = 64;
/** An account's models in five minutes: seldom written where little happens, at most 8 KB in each of two shards. */
const MODEL_WRITES = between(0.6, 18);
const MODEL_READS = between(1, 6);
const READS_A_RUN = between(8, 30);
const STORED_GIB = between(0.1, 2);

function tableLines(plan: EstimatePlan): readonly CostLine[] {
  const { region, volume } = plan;
  const runs = leasedRuns(plan);
  const checkpoint = (kb: number): number => 1 + Math.min(LARGEST_ITEM_KB, kb * volume.accounts);
  const writes = sumOf(
    timesOf(between(2, 3), runs),
    timesOf(between(checkpoint(CHECKPOINT_KB.low), checkpoint(CHECKPOINT_KB.high)), MINUTES_A_MONTH),
    timesOf(MODEL_WRITES, volume.accounts * BUCKETS_A_MONTH),
  );
  const reads = sumOf(timesOf(READS_A_RUN, runs), timesOf(MODEL_READS, volume.accounts * BUCKETS_A_MONTH));
  const service = "DynamoDB";
  return [
    lineOf({
      service,
      what: "writes",
      amount: writes,
      unit: "write units",
      price: servicePrice("dynamoWriteUnit", region),
      why: ["a lease a run, a checkpoint a minute, and the models of an account every five minutes: assumed"],
    }),
    lineOf({
      service,
      what: "reads",
      amount: reads,
      unit: "read units",
      price: servicePrice("dynamoReadUnit", region),
      why: ["8 to 30 a run, and the models of an account every five minutes: assumed"],
    }),
    lineOf({
      service,
      what: `${TABLES} tables`,
      amount: STORED_GIB,
      unit: "GiB",
      price: servicePrice("dynamoStorageGibMonth", region),
      why: ["incidents, findings and state: assumed"],
    }),
  ];
}

const SNAPSHOT_DAYS = 90;
const SNAPSHOT_BYTES_AN_ACCOUNT = between(0.3 * KIB, 1 * KIB);
/** Models that are too large for an item: of none of the accounts, or of all. Older versions stay for a month. */
const BLOBS = between(0, 1);
const BLOB_BYTES = 20 * KIB;
const ACCESS_LOG_BYTES = 600;
const ACCESS_LOG_MONTHS = 3;

function bucketLines(plan: EstimatePlan): readonly CostLine[] {
  const { region, deployment, volume } = plan;
  const { SYNC_INTERVAL_MINUTES } = deployment.config.environment;
  const isOrganization = deployment.config.mode === "multi-account";
  const snapshots = isOrganization ? (SNAPSHOT_DAYS * 24 * 60) / SYNC_INTERVAL_MINUTES : 0;
  const blobs = timesOf(BLOBS, volume.accounts * BUCKETS_A_MONTH);
  const puts = sumOf(blobs, exactly(isOrganization ? MINUTES_A_MONTH / SYNC_INTERVAL_MINUTES : 0));
  const logged = sumOf(puts, trailPuts(plan));
  const bytes: Amount = sumOf(
    timesOf(SNAPSHOT_BYTES_AN_ACCOUNT, volume.accounts * snapshots),
    timesOf(blobs, BLOB_BYTES),
    timesOf(logged, ACCESS_LOG_BYTES * ACCESS_LOG_MONTHS),
  );
  return [
    lineOf({
      service: "S3",
      what: "what functions keep, and access logs",
      amount: timesOf(bytes, 1 / GIB),
      unit: "GiB",
      price: servicePrice("s3StorageGibMonth", region),
      why: ["snapshots of the organization for 90 days, models that are too large for a table, access logs: assumed"],
    }),
    lineOf({
      service: "S3",
      what: "what functions keep, written",
      amount: puts,
      unit: "requests",
      price: bookPrice("s3Write", region, "a PUT request to S3"),
    }),
  ];
}

/** Versions of the key: a new one a year, of which AWS charges two at most. */
const KEY_VERSIONS = between(1, 3);
/** Each service asks again every five minutes, for each of its resources that is used. */
const KEY_REQUESTS = between(3, 30);

function keyLines(plan: EstimatePlan): readonly CostLine[] {
  const { region } = plan;
  const perBucket = timesOf(KEY_REQUESTS, BUCKETS_A_MONTH);
  return [
    lineOf({
      service: "KMS",
      what: "the key",
      amount: KEY_VERSIONS,
      unit: "versions",
      price: servicePrice("kmsKeyMonth", region),
      why: ["one in the first year; each yearly rotation adds one, two at most"],
    }),
    lineOf({
      service: "KMS",
      what: "requests",
      amount: between(perBucket.low, perBucket.high + trailPuts(plan).high),
      unit: "requests",
      price: servicePrice("kmsRequest", region),
      why: ["data keys are asked for again every five minutes, at most once a file of the trail: assumed"],
    }),
  ];
}
