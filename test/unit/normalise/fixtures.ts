import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { UsageEvent } from "#core/domain/usage-event.ts";
import { normaliseRecord } from "#core/normalise/index.ts";

const FOLDER = join(import.meta.dirname, "../../fixtures/cloudtrail");

/** A real record with where it stands: `stratus/aws.x.json#3`. */
export interface Sample {
  readonly from: string;
  readonly record: Record<string, unknown>;
}

const read = (file: string): string => readFileSync(join(FOLDER, file), "utf8");

const fromFile = (file: string): Sample[] =>
  (JSON.parse(read(file)) as { Records: Record<string, unknown>[] }).Records.map((record, index) => ({
    from: `${file}#${index}`,
    record,
  }));

const fromPanther = (): Sample[] =>
  read("panther_rule_tests.jsonl")
    .trim()
    .split("\n")
    .map((line, index) => {
      const { event, ruleId, test } = JSON.parse(line);
      return { from: `panther#${index} ${ruleId}/${test}`, record: event };
    });

/** Every record of every data set. */
export const ALL_SAMPLES: readonly Sample[] = [
  ...fromFile("normal_5min_opensearch_catalog.json"),
  ...fromFile("traildiscover_one_per_api.json"),
  ...readdirSync(join(FOLDER, "stratus"))
    .sort()
    .flatMap((file) => fromFile(`stratus/${file}`)),
  ...fromPanther(),
];

export function sample(from: string): Record<string, unknown> {
  const found = ALL_SAMPLES.find((candidate) => candidate.from === from || candidate.from.startsWith(`${from} `));
  if (!found) throw new Error(`no sample ${from}`);
  return found.record;
}

export const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The event of a record that must be one. */
export function eventOf(record: unknown): UsageEvent {
  const normalised = normaliseRecord(record, hash);
  if (normalised.kind !== "event") throw new Error(`not an event: ${JSON.stringify(normalised)}`);
  return normalised.event;
}

/** A successful call with little in it, to be completed by a test. */
export const call = (
  service: string,
  action: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> => ({
  eventVersion: "1.11",
  eventID: "11111111-2222-3333-4444-555555555555",
  eventTime: "2026-11-03T02:14:00Z",
  eventSource: `${service}.amazonaws.com`,
  eventName: action,
  awsRegion: "eu-west-1",
  sourceIPAddress: "198.51.100.7",
  userAgent: "aws-cli/2.31.1",
  recipientAccountId: "111122223333",
  userIdentity: {
    type: "IAMUser",
    principalId: "AIDAEXAMPLE",
    arn: "arn:aws:iam::111122223333:user/dana",
    accountId: "111122223333",
    accessKeyId: "AKIAEXAMPLE",
    userName: "dana",
  },
  ...fields,
});
