import type { EpochMs } from "#core/domain/time.ts";
import { type Json, NeverRecorded, onlyMembers } from "../exchange.ts";
import { newId } from "../ids.ts";
import { normalQuery } from "../normal-query.ts";
import { recordedBody } from "../recordings.ts";
import { badMonitor, badType } from "./refusals.ts";

/** A monitor as it is kept and given back. */
export type Monitor = Json;

const MAX_TRIGGERS = 10;
const DAY_MINUTES = 1440;
const TRIGGERS = {
  query_level_monitor: "query_level_trigger",
  bucket_level_monitor: "bucket_level_trigger",
} as const;
/** What a new monitor says, and one that was updated. */
const SCHEMA = { created: 0, updated: 8 };
const GIVEN_BACK = [
  "data_sources",
  "delete_query_index_in_every_run",
  "should_create_single_alert_for_findings",
  "owner",
];
const MEMBERS = ["type", "monitor_type", "name", "enabled", "schedule", "inputs", "triggers", ...GIVEN_BACK];

/** Throws {@link Refusal} or {@link NeverRecorded}. Triggers and actions sent without an id get a new one. */
export function readMonitor(sent: Json, now: EpochMs, kind: keyof typeof SCHEMA): Monitor {
  if (sent.name === undefined) throw badMonitor("Monitor name is null");
  onlyMembers(sent, MEMBERS, "monitor");
  const { name, monitor_type, enabled, schedule } = sent;
  if (!(monitor_type in TRIGGERS)) {
    if (/^[a-zA-Z0-9_]{5,25}$/.test(monitor_type)) throw new NeverRecorded(`a monitor of type ${monitor_type}`);
    throw badType("Monitor type should follow pattern [a-zA-Z0-9_]{5,25}");
  }
  checkSchedule(schedule);
  if (sent.triggers.length > MAX_TRIGGERS) {
    throw badMonitor(`Monitors can only support up to ${MAX_TRIGGERS} triggers.`);
  }
  const { data_sources, ...rest } = recordedBody("alerting", "create-query-level").monitor;
  return {
    type: "monitor",
    schema_version: SCHEMA[kind],
    name,
    monitor_type,
    enabled,
    enabled_time: enabled ? now : null,
    schedule,
    inputs: inputsOf(sent),
    triggers: sent.triggers.map((trigger: Json) => readTrigger(trigger, monitor_type)),
    last_update_time: now,
    data_sources,
    ...Object.fromEntries(GIVEN_BACK.slice(1).map((member) => [member, rest[member]])),
  };
}

function checkSchedule(schedule: Json): void {
  onlyMembers(schedule, ["period"], "schedule");
  if (schedule.period.unit !== "MINUTES") throw new NeverRecorded(`a schedule in ${schedule.period.unit}`);
  if (!(schedule.period.interval > 0)) throw badMonitor("Interval is not allowed to be 0 or negative");
}

function inputsOf({ inputs, monitor_type }: Json): Json {
  if (inputs.length !== 1) throw new NeverRecorded(`${inputs.length} inputs`);
  const [{ search, ...others }] = inputs;
  onlyMembers(others, [], "input beside a search");
  onlyMembers(search.query, ["size", "query", "sort", "aggregations", "aggs"], "search of a monitor");
  const { size, query, sort, aggregations = search.query.aggs } = search.query;
  const normal = {
    size,
    query: normalQuery(query),
    ...(sort ? { sort: sort.map(normalSort) } : {}),
    ...(aggregations ? { aggregations: normalAggregations(aggregations) } : {}),
  };
  if (monitor_type === "bucket_level_monitor" && !aggregations) {
    const input = `SearchInput(indices=[${search.indices.join(", ")}], query=${JSON.stringify(asDoubles(normal))})`;
    throw badMonitor(
      `At least one aggregation is required for the input [${input.replaceAll('"boost":"1.0"', '"boost":1.0')}]`,
    );
  }
  return [{ search: { indices: search.indices, query: normal } }];
}

const asDoubles = (normal: Json): Json =>
  JSON.parse(JSON.stringify(normal), (member, value) => (member === "boost" ? "1.0" : value));

const normalSort = (sort: Json): Json =>
  Object.fromEntries(
    Object.entries<Json>(sort).map(([field, order]) => [
      field,
      { order: typeof order === "string" ? order : order.order },
    ]),
  );

function normalAggregations(aggregations: Json): Json {
  return Object.fromEntries(Object.entries<Json>(aggregations).map(([name, one]) => [name, normalAggregation(one)]));
}

function normalAggregation({ aggs, aggregations = aggs, ...own }: Json): Json {
  const [[kind, body] = ["none", {}], ...more] = Object.entries<Json>(own);
  if (more.length > 0) throw new NeverRecorded(`an aggregation of ${Object.keys(own).join(" and ")}`);
  const below = aggregations ? { aggregations: normalAggregations(aggregations) } : {};
  return { [kind]: normalKind(kind, body), ...below };
}

function normalKind(kind: string, body: Json): Json {
  switch (kind) {
    case "max":
    case "nested":
    case "reverse_nested":
      return body;
    case "filter":
      return normalQuery(body);
    case "terms":
      onlyMembers(
        body,
        ["field", "size", "min_doc_count", "shard_min_doc_count", "show_term_doc_count_error", "order"],
        kind,
      );
      return {
        ...{ field: body.field, size: body.size, min_doc_count: 1, shard_min_doc_count: 0 },
        show_term_doc_count_error: false,
        order: [{ _count: "desc" }, { _key: "asc" }],
      };
    case "composite":
      onlyMembers(body, ["size", "sources"], kind);
      return { size: body.size, sources: body.sources.map(normalSource) };
    default:
      throw new NeverRecorded(`a monitor with the aggregation ${kind}`);
  }
}

function normalSource(source: Json): Json {
  const [[name, { terms, ...others }]] = Object.entries<Json>(source) as [[string, Json]];
  onlyMembers(others, [], "source beside terms");
  onlyMembers(terms, ["field", "script", "missing_bucket", "order"], "composite source");
  const of = terms.script ? { script: script(terms.script) } : { field: terms.field };
  return { [name]: { terms: { ...of, missing_bucket: false, order: "asc" } } };
}

const script = ({ source, lang }: Json): Json => ({ source, lang });

function readTrigger(sent: Json, type: keyof typeof TRIGGERS): Json {
  const [kind] = Object.keys(sent) as [string];
  const { id = newId(), name, severity, condition, actions } = sent[kind];
  if (kind !== TRIGGERS[type]) {
    if (!Object.values<string>(TRIGGERS).includes(kind)) throw new NeverRecorded(`a trigger of kind ${kind}`);
    throw badMonitor(`Incompatible trigger [${id}] for monitor type [${type}]`);
  }
  onlyMembers(sent[kind], ["id", "name", "severity", "condition", "actions"], "trigger");
  const bucket = kind === "bucket_level_trigger";
  const read = actions.map((action: Json) => readAction(action, bucket));
  return { [kind]: { id, name, severity, condition: readCondition(condition, bucket), actions: read } };
}

function readCondition(condition: Json, bucket: boolean): Json {
  if (!bucket) {
    onlyMembers(condition, ["script"], "condition of a query-level trigger");
    return { script: script(condition.script) };
  }
  onlyMembers(
    condition,
    ["buckets_path", "parent_bucket_path", "script", "gap_policy"],
    "condition of a bucket-level trigger",
  );
  const { buckets_path, parent_bucket_path } = condition;
  return { buckets_path, parent_bucket_path, script: script(condition.script), gap_policy: "skip" };
}

const ACTION = ["id", "name", "destination_id", "subject_template", "message_template", "throttle_enabled", "throttle"];

function readAction(sent: Json, bucket: boolean): Json {
  onlyMembers(sent, [...ACTION, ...(bucket ? ["action_execution_policy"] : [])], "action");
  const { id = newId(), name, destination_id, throttle_enabled, throttle, action_execution_policy: policy } = sent;
  if (bucket && !policy) throw new NeverRecorded("an action of a bucket-level trigger without a policy");
  if (throttle_enabled && policy?.action_execution_scope.per_execution) {
    throw badMonitor("Throttle is currently not supported for per execution action scope");
  }
  if (throttle?.unit && throttle.unit !== "MINUTES") throw new NeverRecorded(`a throttle in ${throttle.unit}`);
  if (throttle?.value > DAY_MINUTES) throw badMonitor("Can only set throttle period less than or equal to 1d");
  return {
    id,
    name,
    destination_id,
    message_template: script(sent.message_template),
    throttle_enabled,
    subject_template: script(sent.subject_template),
    ...(throttle ? { throttle } : {}),
    ...(policy ? { action_execution_policy: policy } : {}),
  };
}
