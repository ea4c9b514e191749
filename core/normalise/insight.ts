import type { InsightAttribution, InsightRecord } from "../domain/insight.ts";
import type { EpochMs } from "../domain/time.ts";
import { objectField, textField } from "./field.ts";
import { amount, type Json, object, objects, text } from "./json.ts";
import { knowledgeOf } from "./knowledge.ts";
import { missing, wrongType } from "./unusable.ts";

const ATTRIBUTES: ReadonlyMap<string, InsightAttribution["attribute"]> = new Map([
  ["userIdentityArn", "principal"],
  ["userAgent", "user-agent"],
  ["errorCode", "error-code"],
]);

const MOST_ATTRIBUTIONS = 25;

function attributionsOf(context: Json): readonly InsightAttribution[] {
  const found: InsightAttribution[] = [];
  for (const entry of objects(context["attributions"])) {
    const attribute = ATTRIBUTES.get(text(entry["attribute"]) ?? "");
    if (attribute === undefined) continue;
    for (const part of objects(entry["insight"])) {
      const value = text(part["value"]);
      const average = amount(part["average"]);
      // `null` stands for calls without an error.
      if (value !== null && value !== "null" && average !== null) found.push({ attribute, value, average });
    }
  }
  return found.sort((a, b) => b.average - a.average).slice(0, MOST_ATTRIBUTIONS);
}

/** What all records have, read before it is known what kind this one is. */
export interface RecordBase {
  readonly id: string;
  readonly time: EpochMs;
  readonly account: string;
  readonly region: string;
}

export const isInsight = (record: Json): boolean => record["eventType"] === "AwsCloudTrailInsight";

/** The calls' service and action stand in `insightDetails`; the record itself has neither. */
export function readInsight(record: Json, base: RecordBase): InsightRecord {
  const details = objectField(record["insightDetails"], "insightDetails");
  if (details === null) throw missing("insightDetails");
  const required = (name: string): string => {
    const value = textField(details[name], `insightDetails.${name}`);
    if (value === null) throw missing(`insightDetails.${name}`);
    return value;
  };
  const state = required("state").toLowerCase();
  if (state !== "start" && state !== "end") throw wrongType("insightDetails.state", details["state"], "Start or End");
  const { service, action } = knowledgeOf(required("eventSource"), required("eventName"));
  const context = object(details["insightContext"]);
  const statistics = object(context["statistics"]);
  return {
    ...base,
    service,
    action,
    insightType: required("insightType"),
    state,
    baseline: amount(object(statistics["baseline"])["average"]),
    insight: amount(object(statistics["insight"])["average"]),
    durationMinutes: amount(statistics["insightDuration"]),
    errorCode: textField(details["errorCode"], "insightDetails.errorCode"),
    sharedEventId: textField(record["sharedEventID"], "sharedEventID"),
    attributions: attributionsOf(context),
  };
}
