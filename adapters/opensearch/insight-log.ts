import { createHash } from "node:crypto";
import type { InsightRecord } from "#core/domain/insight.ts";
import { compareText } from "#core/domain/ordering.ts";
import { storable, storableText } from "#core/domain/storable-text.ts";
import type { EpochMs, TimeWindow } from "#core/domain/time.ts";
import type { InsightLog } from "#core/ports/insight-log.ts";
import { inWindow } from "./asking/matching-events.ts";
import { asking, search } from "./asking/search.ts";
import type { OpenSearchConnection } from "./connection.ts";
import type { BulkItem } from "./documents/bulk-request.ts";
import { termOf } from "./documents/long-text.ts";
import type { IndexNames } from "./index-names.ts";
import { refresh, writeAll } from "./write-all.ts";

/** Records a request, of some kilobytes each. */
const PAGE_SIZE = 1000;
const ID_BYTES = 16;

/** CloudTrail's Insights, in the index of their own month, so that one that comes again lands on itself. */
export class OpenSearchInsightLog implements InsightLog {
  readonly #connection: OpenSearchConnection;
  readonly #names: IndexNames;
  readonly #now: () => EpochMs;

  constructor(connection: OpenSearchConnection, names: IndexNames, now: () => EpochMs = Date.now) {
    this.#connection = connection;
    this.#names = names;
    this.#now = now;
  }

  async keep(records: readonly InsightRecord[]): Promise<void> {
    await writeAll(this.#connection, records, (record) => this.#item(record));
  }

  async records(window: TimeWindow): Promise<readonly InsightRecord[]> {
    await refresh(this.#connection, this.#names.insights);
    const asked = asking(this.#connection, this.#names.insights);
    const records: InsightRecord[] = [];
    let after: readonly unknown[] | undefined;
    do {
      const { hits } = await search(asked, {
        size: PAGE_SIZE,
        query: inWindow(window),
        _source: ["document"],
        track_total_hits: false,
        sort: ORDER,
        ...(after ? { search_after: after } : {}),
      });
      for (const { _source } of hits.hits) records.push((_source as { document: InsightRecord }).document);
      after = hits.hits.length < PAGE_SIZE ? undefined : hits.hits.at(-1)?.sort;
    } while (after);
    return records.sort((a, b) => a.time - b.time || compareText(a.id, b.id));
  }

  #item(record: InsightRecord): BulkItem {
    return {
      action: "create",
      index: this.#names.insightsAt(record.time),
      id: documentId(record),
      source: JSON.stringify(insightDocument(record, this.#now())),
    };
  }
}

/** No two records have all of it the same. */
const ORDER = [
  { "@timestamp": { order: "asc", unmapped_type: "date" } },
  ...["event_id", "account"].map((field) => ({ [field]: { order: "asc", unmapped_type: "keyword" } })),
];

const documentId = ({ account, id }: InsightRecord): string =>
  createHash("sha256")
    .update(JSON.stringify([account, id]))
    .digest()
    .subarray(0, ID_BYTES)
    .toString("base64url");

/** What people search by, and the record itself, which nothing looks into. */
function insightDocument(record: InsightRecord, writtenAt: EpochMs): Readonly<Record<string, unknown>> {
  const document = storableRecord(record);
  return {
    "@timestamp": document.time,
    event_id: termOf(document.id),
    account: document.account,
    region: document.region,
    service: document.service,
    action: document.action,
    call: `${document.service}:${document.action}`,
    insight_type: document.insightType,
    state: document.state,
    baseline: document.baseline,
    insight: document.insight,
    duration_minutes: document.durationMinutes,
    error_code: document.errorCode,
    shared_event_id: document.sharedEventId,
    written_at: writtenAt,
    document,
  };
}

function storableRecord(record: InsightRecord): InsightRecord {
  const texts = Object.fromEntries(Object.entries(record).map(([name, value]) => [name, storable(value)]));
  const attributions = record.attributions.map((one) => ({ ...one, value: storableText(one.value) }));
  return { ...(texts as unknown as InsightRecord), attributions };
}
