import type { EpochMs } from "#core/domain/time.ts";
import { type Json, NeverRecorded, onlyMembers, Refusal } from "../exchange.ts";
import { newId } from "../ids.ts";
import { normalQuery } from "../normal-query.ts";

/** A detector as the node keeps it. */
export type Detector = Json;

/** What is wrong with a detector. `_validate` names the member, creation answers with a status of its own. */
export class Problem extends Error {
  readonly member: string;
  /** The answer of creation, where that was recorded. */
  readonly creation: Refusal | undefined;
  readonly parts: Readonly<Record<string, string>> | undefined;

  constructor(member: string, message: string, creation?: Refusal, parts?: Record<string, string>) {
    super(message);
    this.member = member;
    this.creation = creation;
    this.parts = parts;
  }
}

const REQUIRED = ["description", "filter_query", "window_delay", "shingle_size", "detection_interval"];
const STRINGS = ["name", "description", "time_field", "result_index"];
const LIFECYCLE = ["result_index_min_size", "result_index_min_age", "result_index_ttl"];
const KNOWN = [
  ...REQUIRED,
  ...STRINGS,
  ...LIFECYCLE,
  "indices",
  "feature_attributes",
  "category_field",
  "imputation_option",
  "rules",
  "flatten_custom_result_index",
  "recency_emphasis",
  "history",
  "frequency",
];
const GIVEN_BACK_ONLY = ["schema_version", "last_update_time", "detector_type"];
const DEFAULTS = { recency_emphasis: 2560, history: 40 };
export const MAX_FEATURES = 5;
const MAX_CATEGORIES = 2;
const MAX_SHINGLE = 128;
const DEFAULT_MARGIN = 0.2;
/** The ratios were recorded; the margins take the same members and stand in the same enumeration. */
const THRESHOLDS = [
  "ACTUAL_OVER_EXPECTED_RATIO",
  "EXPECTED_OVER_ACTUAL_RATIO",
  "ACTUAL_OVER_EXPECTED_MARGIN",
  "EXPECTED_OVER_ACTUAL_MARGIN",
];

/** Problems that the node finds while reading: creation answers them with 500, never 400. */
const unreadable = (member: string, message: string, creationRecorded = false): Problem =>
  new Problem(member, message, creationRecorded ? new Refusal(500, "validation_exception", message) : undefined);

/** What the node drops silently. */
export const unknownMembers = (sent: Json): string[] => Object.keys(sent).filter((member) => !KNOWN.includes(member));

/**
 * What was sent, as it is kept and given back: a whole replacement, with defaults for what was left out and a new id for
 * each feature that was sent without one. Throws {@link Problem}, {@link Refusal} or {@link NeverRecorded}.
 */
export function readDetector(sent: Json, text: string, now: EpochMs): Detector {
  refuseWhatWasNeverSent(sent);
  refuseNull(sent, text);
  checkEnumerations(sent);
  checkMembers(sent);
  const categories: string[] | undefined = sent.category_field;
  return {
    name: sent.name,
    description: sent.description,
    time_field: sent.time_field,
    indices: sent.indices,
    filter_query: normalQuery(sent.filter_query),
    window_delay: sent.window_delay,
    shingle_size: sent.shingle_size,
    schema_version: 0,
    feature_attributes: sent.feature_attributes.map(readFeature),
    recency_emphasis: sent.recency_emphasis ?? DEFAULTS.recency_emphasis,
    history: sent.history ?? DEFAULTS.history,
    last_update_time: now,
    ...(categories ? { category_field: categories } : {}),
    ...resultMembers(sent),
    ...(sent.imputation_option ? { imputation_option: sent.imputation_option } : {}),
    ...(sent.frequency ? { frequency: sent.frequency } : {}),
    detection_interval: sent.detection_interval,
    detector_type: categories ? "MULTI_ENTITY" : "SINGLE_ENTITY",
    rules: sent.rules?.length > 0 ? sent.rules : defaultRules(sent.feature_attributes),
  };
}

function refuseWhatWasNeverSent(sent: Json): void {
  const odd = GIVEN_BACK_ONLY.filter((member) => member in sent);
  const missing = REQUIRED.filter((member) => !(member in sent));
  if (odd.length > 0) throw new NeverRecorded(`a detector sent with ${odd.join(", ")}`);
  if (missing.length > 0) throw new NeverRecorded(`a detector sent without ${missing.join(", ")}`);
}

function refuseNull(sent: Json, text: string): void {
  const member = STRINGS.find((name) => sent[name] === null);
  if (member) {
    const column = text.indexOf("null", text.indexOf(`"${member}"`)) + 1;
    throw new Refusal(500, "illegal_state_exception", `Can't get text on a VALUE_NULL at 1:${column}`);
  }
  const other = Object.keys(sent).find((name) => sent[name] === null);
  if (other) throw new NeverRecorded(`null as ${other}`);
}

function checkEnumerations({ rules = [], imputation_option }: Json): void {
  for (const { threshold_type, operator } of conditionsOf(rules)) {
    if (operator !== "LTE") throw new NeverRecorded(`a rule with operator ${operator}`);
    if (threshold_type.startsWith("ACTUAL_IS_")) throw new NeverRecorded(`a rule with ${threshold_type}`);
    if (!THRESHOLDS.includes(threshold_type)) throw noConstant("ad.model.ThresholdType", threshold_type);
  }
  const method = imputation_option?.method;
  if (method === "PREVIOUS") throw new NeverRecorded("imputation with PREVIOUS");
  if (method !== undefined && method !== "ZERO" && method !== "FIXED_VALUES") {
    throw noConstant("timeseries.dataprocessor.ImputationMethod", method);
  }
}

const noConstant = (type: string, value: string): Refusal =>
  new Refusal(400, "illegal_argument_exception", `No enum constant org.opensearch.${type}.${value}`);

const conditionsOf = (rules: Json[]): Json[] => rules.flatMap((rule) => rule.conditions);

function checkMembers(sent: Json): void {
  if (sent.name === undefined) throw unreadable("name", "name should be set");
  if (sent.time_field === undefined) throw unreadable("time_field", "Time field should be set", true);
  if (!(sent.indices?.length > 0)) throw unreadable("indices", "Indices should be set");
  checkPeriods(sent);
  if (!(sent.shingle_size >= 1 && sent.shingle_size <= MAX_SHINGLE)) {
    const got = `Suggested shingle size must be between 1 and ${MAX_SHINGLE}. Got ${sent.shingle_size}.`;
    throw unreadable("shingle_size", got);
  }
  if (sent.category_field?.length > MAX_CATEGORIES) {
    const most = `Currently we only support up to ${MAX_CATEGORIES} categorical field/s in order to bound system resource consumption.`;
    throw unreadable("category_field", most, true);
  }
  checkResultIndex(sent.result_index);
  checkImputation(sent.imputation_option);
  checkFeatures(sent);
}

function checkPeriods({ detection_interval, window_delay, frequency }: Json): void {
  for (const [member, value] of Object.entries({ detection_interval, window_delay, frequency })) {
    const { unit } = value?.period ?? {};
    if (value && unit !== "Minutes" && !(member === "detection_interval" && unit === "Seconds")) {
      throw new NeverRecorded(`${member} in ${unit}`);
    }
  }
  const { interval } = detection_interval.period;
  if (!(interval > 0)) throw unreadable("detection_interval", "Detection interval must be a positive integer");
  const often = frequency?.period.interval;
  if (often !== undefined && (often < interval || often % interval !== 0)) {
    const rule = `Frequency (${often} minutes) must be a multiple of interval (${interval} minutes), including the interval itself.`;
    throw unreadable("frequency", rule);
  }
}

function checkResultIndex(name: string | undefined): void {
  const prefix = "opensearch-ad-plugin-result-";
  if (name === undefined) return;
  if (!name.startsWith(prefix)) throw unreadable("result_index", `Result index must start with ${prefix}`);
  if (!/^[a-z0-9_-]+$/.test(name)) {
    const valid = "Valid characters are a-z, 0-9, -(hyphen) and _(underscore)";
    throw unreadable("result_index", `Result index name has invalid character. ${valid}`);
  }
}

function checkImputation(option: Json): void {
  if (option?.method === "FIXED_VALUES" && !option.default_fill) {
    throw unreadable("imputation_option", "Enabled features are present, but no default fill values are provided.");
  }
}

function checkFeatures({ feature_attributes: features, rules = [] }: Json): void {
  if (!(features?.length > 0)) throw new NeverRecorded("a detector without features");
  const names: string[] = features.map(({ feature_name }: Json) => feature_name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice) {
    throw unreadable("feature_attributes", `[${twice}] appears more than once. Feature name has to be unique`);
  }
  const stray = conditionsOf(rules).find(({ feature_name }) => !names.includes(feature_name));
  if (stray) {
    const error = `Suppression Rule Error: Feature "${stray.feature_name}" specified in a suppression rule does not exist.`;
    throw unreadable("rules", error, true);
  }
}

function readFeature(feature: Json): Json {
  onlyMembers(feature, ["feature_id", "feature_name", "feature_enabled", "aggregation_query"], "feature");
  if (feature.feature_enabled !== true) throw new NeverRecorded("a feature that is not enabled");
  return { feature_id: feature.feature_id ?? newId(), ...feature };
}

/** Members of the result index come back only with a custom one. */
function resultMembers(sent: Json): Json {
  if (sent.result_index === undefined) return {};
  const lifecycle = LIFECYCLE.filter((member) => member in sent).map((member) => [member, sent[member]]);
  return {
    result_index: sent.result_index,
    ...Object.fromEntries(lifecycle),
    flatten_custom_result_index: sent.flatten_custom_result_index ?? false,
  };
}

/** Rules left out, or none of them: one rule that ignores 20 % either way. */
function defaultRules(features: Json[]): Json {
  const [feature, ...more] = features;
  // Of several features without rules only too many were recorded, which is refused later on.
  if (more.length > 0 && features.length <= MAX_FEATURES) throw new NeverRecorded("several features without rules");
  const condition = (threshold_type: string) => ({
    feature_name: feature.feature_name,
    threshold_type,
    operator: "LTE",
    value: DEFAULT_MARGIN,
  });
  const conditions = [condition("ACTUAL_OVER_EXPECTED_RATIO"), condition("EXPECTED_OVER_ACTUAL_RATIO")];
  return [{ action: "IGNORE_ANOMALY", conditions }];
}
