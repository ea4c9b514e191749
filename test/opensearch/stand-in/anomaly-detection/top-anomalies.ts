import type { CoreNode } from "../core-node.ts";
import { type Json, Refusal } from "../exchange.ts";
import type { Detector } from "./detector-form.ts";

const PAGE = 1000;
const DEFAULT_SIZE = 10;

const illegal = (reason: string): Refusal => new Refusal(400, "illegal_argument_exception", reason);

/**
 * The entities with the worst anomalies of a window. `index` is what the node searches: for real-time results that
 * includes the flattened copies, so that an anomaly counts twice.
 */
export async function topAnomalies(
  core: CoreNode,
  {
    id,
    detector,
    index,
    taskId,
    asked,
  }: { id: string; detector: Detector; index: string; taskId?: string; asked: Json },
): Promise<Json> {
  const fields: string[] | undefined = detector.category_field;
  if (!fields) throw illegal(`No category fields found for detector ID ${id}`);
  const {
    start_time_ms: start,
    end_time_ms: end,
    category_field = fields,
    order = "severity",
    size = DEFAULT_SIZE,
  } = asked;
  const stray = category_field.find((field: string) => !fields.includes(field));
  if (stray) throw illegal(`Category field ${stray} doesn't exist for detector ID ${id}`);
  if (start === undefined || end === undefined) {
    const reason = "Validation Failed: 1: Must set both start time and end time with epoch of milliseconds;";
    throw new Refusal(400, "action_request_validation_exception", reason);
  }
  const filter = [
    { term: { detector_id: id } },
    { range: { anomaly_grade: { gt: 0 } } },
    { range: { data_end_time: { gte: start, lte: end, format: "epoch_millis" } } },
    ...(taskId === undefined ? [] : [{ term: { task_id: taskId } }]),
  ];
  const must_not = taskId === undefined ? [{ exists: { field: "task_id" } }] : [];
  const buckets = new Map<string, Json>();
  for await (const { entity, anomaly_grade } of anomalies(core, index, { bool: { filter, must_not } })) {
    const key = Object.fromEntries(
      category_field.map((field: string) => [field, entity.find(({ name }: Json) => name === field).value]),
    );
    const bucket = buckets.get(JSON.stringify(key)) ?? { key, doc_count: 0, max_anomaly_grade: 0 };
    bucket.doc_count++;
    bucket.max_anomaly_grade = Math.max(bucket.max_anomaly_grade, anomaly_grade);
    buckets.set(JSON.stringify(key), bucket);
  }
  const measure = (bucket: Json) => (order === "occurrence" ? bucket.doc_count : bucket.max_anomaly_grade);
  return { buckets: [...buckets.values()].sort((a, b) => measure(b) - measure(a)).slice(0, size) };
}

async function* anomalies(core: CoreNode, index: string, query: Json): AsyncGenerator<Json> {
  const sort = [{ data_end_time: "asc" }, { _id: "asc" }];
  let after: Json;
  for (;;) {
    const page = { size: PAGE, query, sort, ...(after ? { search_after: after } : {}) };
    const { hits } = await core.get("POST", `/${index}/_search?ignore_unavailable=true`, page);
    for (const { _source } of hits.hits) yield _source;
    if (hits.hits.length < PAGE) return;
    after = hits.hits.at(-1).sort;
  }
}
