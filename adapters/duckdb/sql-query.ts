import { existsSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance, DuckDBTypeId, StatementType } from "@duckdb/node-api";
import { TrailwatchError } from "#core/domain/errors.ts";
import { messageOf } from "./store-error.ts";

/** JSON-safe: whole numbers beyond 2^53, decimals, times and dates are texts. */
export type QueryValue =
  | string
  | number
  | boolean
  | null
  | readonly QueryValue[]
  | { readonly [key: string]: QueryValue };

export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly QueryValue[])[];
  /** There were more rows than the limit. */
  readonly truncated: boolean;
}

/** Nothing but this file can be read, nothing written, no extension loaded, and no statement can change that. */
const READ_ONLY = {
  access_mode: "READ_ONLY",
  enable_external_access: "false",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

const ANSWERING: readonly StatementType[] = [StatementType.SELECT, StatementType.EXPLAIN];

const INTEGERS: readonly DuckDBTypeId[] = [
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
];

/**
 * One statement that answers with rows (SELECT, FROM, WITH, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN) over a store, at most
 * `limit` rows of it. Throws TrailwatchError `QUERY_REFUSED` for any other statement, `QUERY_FAILED` with the database's
 * own words for one that is wrong, `NOT_FOUND`, `STORE_UNUSABLE` and `STORE_BUSY` for a file that cannot be opened.
 */
export async function runQuery(
  storePath: string,
  sql: string,
  options: { readonly limit: number },
): Promise<QueryAnswer> {
  const instance = await openReadOnly(storePath);
  try {
    const connection = await instance.connect();
    try {
      await connection.run("set lock_configuration = true");
      await refuseUnlessAnswering(connection, sql);
      return await answer(connection, sql, options.limit);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

async function openReadOnly(storePath: string): Promise<DuckDBInstance> {
  if (!existsSync(storePath)) {
    throw new TrailwatchError(
      "NOT_FOUND",
      `There is no store at ${storePath}`,
      "Make one with `trailwatch analyze <path>`.",
    );
  }
  try {
    return await DuckDBInstance.create(storePath, READ_ONLY);
  } catch (cause) {
    const message = messageOf(cause);
    if (/lock on file|being used by another process/i.test(message)) {
      throw new TrailwatchError(
        "STORE_BUSY",
        `The store ${storePath} is in use by another process`,
        "Wait until it has finished, or copy the file and query the copy.",
        { cause },
      );
    }
    throw new TrailwatchError(
      "STORE_UNUSABLE",
      `The store ${storePath} cannot be opened: ${message}`,
      "Make a store with `trailwatch analyze <path>`, or name its folder with --out.",
      { cause },
    );
  }
}

async function refuseUnlessAnswering(connection: DuckDBConnection, sql: string): Promise<void> {
  if (withoutComments(sql) === "") throw refused("The query is empty");
  const statements = await failing(() => connection.extractStatements(sql));
  if (statements.count !== 1) throw refused(`The query has ${statements.count} statements; one is answered at a time`);
  const statement = await failing(() => statements.prepare(0));
  try {
    if (!ANSWERING.includes(statement.statementType)) {
      throw refused(`The query is a ${StatementType[statement.statementType]} statement; a store is only read here`);
    }
    if (statement.parameterCount > 0) throw refused("The query has parameters, which have no values here");
  } finally {
    statement.destroySync();
  }
}

const withoutComments = (sql: string): string =>
  sql
    .replace(/--.*$/gm, "")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/;/g, "")
    .trim();

const refused = (message: string): TrailwatchError =>
  new TrailwatchError(
    "QUERY_REFUSED",
    message,
    "Write one SELECT over usage_events, event_quantities, usage_rollups or incidents; `DESCRIBE usage_events` lists columns.",
  );

async function answer(connection: DuckDBConnection, sql: string, limit: number): Promise<QueryAnswer> {
  return failing(async () => {
    const result = await connection.stream(sql);
    const types = result.columnTypes();
    const columns = result.deduplicatedColumnNames().map((name, at) => ({ name, type: String(types[at]) }));
    const rows: (readonly QueryValue[])[] = [];
    for await (const batch of result.yieldRowsJson()) {
      for (const row of batch) {
        if (rows.length >= limit) return { columns, rows, truncated: true };
        rows.push(row.map((value, at) => wholeNumber(value as QueryValue, types[at]?.typeId)));
      }
    }
    return { columns, rows, truncated: false };
  });
}

/** The driver spells every 64-bit integer as text; most are counts, which people want as numbers. */
function wholeNumber(value: QueryValue, type: DuckDBTypeId | undefined): QueryValue {
  if (typeof value !== "string" || type === undefined || !INTEGERS.includes(type)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TrailwatchError) throw cause;
    const message = messageOf(cause);
    if (/^(Permission Error|Invalid Input Error: Cannot change configuration)/.test(message)) {
      throw refused(`The query reaches outside the store: ${firstLine(message)}`);
    }
    throw new TrailwatchError(
      "QUERY_FAILED",
      `The query failed: ${message}`,
      "`DESCRIBE usage_events` lists the columns; SQL is DuckDB's.",
      { cause },
    );
  }
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? text;
