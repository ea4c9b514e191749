import { readdirSync, readFileSync } from "node:fs";

const FIXTURES = new URL("../../test/fixtures/cloudtrail/", import.meta.url);

/** The fields of a CloudTrail record that evaluations read themselves. */
export interface LoggedRecord {
  readonly eventID?: string;
  readonly eventName: string;
  readonly eventSource?: string;
  readonly eventTime?: string;
  readonly readOnly?: boolean;
}

/** A test of one of panther-analysis' CloudTrail rules: one record, and whether that rule must fire. */
export interface RuleTest {
  readonly ruleId: string;
  readonly severity: "Info" | "Low" | "Medium" | "High" | "Critical";
  readonly test: string;
  readonly expectedAlert: boolean;
  readonly event: LoggedRecord;
}

export const techniqueRecordings = (): readonly string[] =>
  readdirSync(new URL("stratus/", FIXTURES))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();

export const techniqueRecords = (name: string): readonly LoggedRecord[] => records(`stratus/${name}.json`);

/** All of one organization's records of five minutes in which nothing happened. */
export const ordinaryRecords = (): readonly LoggedRecord[] => records("normal_5min_opensearch_catalog.json");

export const ruleTests = (): readonly RuleTest[] =>
  text("panther_rule_tests.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RuleTest);

const text = (file: string): string => readFileSync(new URL(file, FIXTURES), "utf8");
const records = (file: string): readonly LoggedRecord[] =>
  (JSON.parse(text(file)) as { readonly Records: readonly LoggedRecord[] }).Records;
