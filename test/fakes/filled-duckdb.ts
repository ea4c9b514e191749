import { DuckDBInstance } from "@duckdb/node-api";
import { schemaSql } from "#adapters/duckdb/schema.ts";
import { usdText } from "#core/domain/money.ts";
import { EVENT_MARKS, type PricedUsageEvent, signalRegion } from "#core/domain/usage-event.ts";
import { sqlText } from "#core/signals/sql-literal.ts";
import type { GeneratedEvent } from "./usage-events.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const text = (value: string | null): string => (value === null ? "null" : sqlText(value));
const list = (values: readonly string[]): string => `[${values.map(sqlText).join(", ")}]::varchar[]`;

/** Numbers every distinct row of a dictionary table. */
class Numbering {
  readonly #numbers = new Map<string, number>();

  of(...columns: readonly string[]): number {
    const row = columns.join(", ");
    const number = this.#numbers.get(row) ?? this.#numbers.size;
    this.#numbers.set(row, number);
    return number;
  }

  insert(table: string): string {
    const rows = [...this.#numbers].map(([row, number]) => `(${number}, ${row})`);
    return rows.length === 0 ? "" : `insert into ${table} values ${rows.join(",\n")};`;
  }
}

/**
 * A store with exactly these events, settled as they say, for tests of what is asked of a store. Ingestion, which
 * settles by itself, is tested on its own.
 */
export async function filledDuckDb(entries: readonly GeneratedEvent[], path = ":memory:"): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    await connection.run(`begin; ${schemaSql("test")} ${insertsOf(entries)} commit;`);
  } finally {
    connection.closeSync();
  }
  return instance;
}

function insertsOf(entries: readonly GeneratedEvent[]): string {
  const tables = {
    accounts: new Numbering(),
    regions: new Numbering(),
    actions: new Numbering(),
    principals: new Numbering(),
    origins: new Numbering(),
    error_codes: new Numbering(),
    items: new Numbering(),
    cost_bases: new Numbering(),
  };
  const events: string[] = [];
  const quantities: string[] = [];
  for (const [index, { event, counted }] of entries.entries()) {
    const key = index + 1;
    const global = signalRegion(event.service, event.region) === "global";
    const [only] = event.quantities;
    const inline =
      only &&
      event.quantities.length === 1 &&
      only.resourceIds.length === 0 &&
      !only.purchase &&
      Object.keys(only.attributes).length === 0
        ? only
        : null;
    const { principal: p, origin: o } = event;
    events.push(
      `(${[
        key,
        UUID.test(event.id) ? `${text(event.id)}::uuid` : `md5(${text(event.id)})::uuid`,
        UUID.test(event.id) ? "null" : text(event.id),
        `epoch_ms(${event.time}::bigint)`,
        tables.accounts.of(text(event.account)),
        tables.regions.of(text(event.region)),
        tables.actions.of(text(event.service), text(event.action), String(global)),
        event.readOnly,
        text(event.category),
        text(event.outcome),
        event.errorCode === null ? "null" : tables.error_codes.of(text(event.errorCode)),
        tables.principals.of(
          text(p.type),
          text(p.id),
          text(p.name),
          text(p.arn),
          text(p.session),
          text(p.accessKeyId),
          text(p.account),
          String(p.mfa),
        ),
        tables.origins.of(
          text(o.invokedBy),
          text(o.sourceIp),
          text(o.network),
          text(o.userAgent),
          text(o.tool),
          text(o.vpcEndpointId),
          text(o.actor),
        ),
        text(event.resources[0] ?? null),
        event.resources.length > 1 ? list(event.resources.slice(1)) : "null",
        event.counterparties.length > 0 ? list(event.counterparties) : "null",
        event.marks.reduce((bits, mark) => bits + 2 ** EVENT_MARKS.indexOf(mark), 0),
        "null",
        text(event.requestId),
        text(event.sharedEventId),
        text(inline?.kind ?? null),
        text(inline?.change ?? null),
        inline?.amount ?? "null",
        inline && inline.item !== null ? tables.items.of(text(inline.item)) : "null",
        ...moneyOf(event),
        event.cost.some(({ kind }) => kind === "unpriced"),
        event.cost.length === 0
          ? "null"
          : tables.cost_bases.of(
              list(
                event.cost.flatMap((estimate) => ("basis" in estimate ? estimate.basis : [])).filter(distinct(event)),
              ),
              list(event.cost.flatMap((estimate) => ("reason" in estimate ? [estimate.reason] : []))),
            ),
        counted,
        key,
      ].join(", ")})`,
    );
    if (inline) continue;
    for (const [position, quantity] of event.quantities.entries()) {
      quantities.push(
        `(${[
          key,
          position,
          text(quantity.kind),
          text(quantity.change),
          quantity.amount,
          quantity.item === null ? "null" : tables.items.of(text(quantity.item)),
          text(quantity.purchase),
          quantity.resourceIds.length > 0 ? list(quantity.resourceIds) : "null",
          Object.keys(quantity.attributes).length > 0 ? text(JSON.stringify(quantity.attributes)) : "null",
          "null",
          "null",
        ].join(", ")})`,
      );
    }
  }
  return [
    "insert into files values (0, 'logs/first.json.gz', 1, '', null, null, 0, 0, 0, 0, 0, 0, 0, 0, false, '');",
    ...Object.entries(tables).map(([table, numbering]) => numbering.insert(table)),
    events.length === 0 ? "" : `insert into events values ${events.join(",\n")};`,
    quantities.length === 0 ? "" : `insert into quantities values ${quantities.join(",\n")};`,
  ].join("\n");
}

/** All estimates of a generated event have the same basis, which is kept once. */
const distinct = (event: PricedUsageEvent): ((_: string, at: number) => boolean) => {
  const first = event.cost.find((estimate) => "basis" in estimate);
  const count = first && "basis" in first ? first.basis.length : 0;
  return (_, at) => at < count;
};

function moneyOf(event: PricedUsageEvent): readonly string[] {
  const columns: (bigint | null)[] = [null, null, null, null, null, null];
  for (const estimate of event.cost) {
    if (estimate.kind === "unpriced") continue;
    const at = estimate.kind === "once" ? 4 : estimate.direction === "added" ? 0 : 2;
    const [low, high] =
      estimate.kind === "once" ? [estimate.low, estimate.high] : [estimate.lowPerHour, estimate.highPerHour];
    columns[at] = (columns[at] ?? 0n) + low;
    columns[at + 1] = (columns[at + 1] ?? 0n) + high;
  }
  return columns.map((nanos) => (nanos === null ? "null" : `'${usdText(nanos)}'::decimal(18, 9)`));
}
