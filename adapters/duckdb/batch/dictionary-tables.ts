import { type DuckDBAppender, type DuckDBConnection, LIST, VARCHAR } from "@duckdb/node-api";
import { readAll } from "../read.ts";
import { discard } from "./chunk-writer.ts";
import { DICTIONARIES, type DictionaryName } from "./columns.ts";
import { StoreDictionary } from "./store-dictionary.ts";

interface Table {
  readonly id: string;
  /** Columns behind the number, with their types, in the order in which rows are encoded. */
  readonly columns: readonly (readonly [string, ColumnType])[];
}

type ColumnType = "VARCHAR" | "BOOLEAN" | "VARCHAR[]";

const TEXT = "VARCHAR";
const TABLES: Readonly<Record<DictionaryName, Table>> = {
  accounts: { id: "account_id", columns: [["account", TEXT]] },
  regions: { id: "region_id", columns: [["region", TEXT]] },
  actions: {
    id: "action_id",
    columns: [
      ["service", TEXT],
      ["action", TEXT],
      ["global", "BOOLEAN"],
    ],
  },
  error_codes: { id: "error_id", columns: [["error_code", TEXT]] },
  principals: {
    id: "principal_id",
    columns: [
      ["type", TEXT],
      ["id", TEXT],
      ["name", TEXT],
      ["arn", TEXT],
      ["session", TEXT],
      ["access_key_id", TEXT],
      ["account", TEXT],
      ["mfa", "BOOLEAN"],
    ],
  },
  origins: {
    id: "origin_id",
    columns: [
      ["invoked_by", TEXT],
      ["source_ip", TEXT],
      ["network", TEXT],
      ["user_agent", TEXT],
      ["tool", TEXT],
      ["vpc_endpoint", TEXT],
      ["actor", TEXT],
    ],
  },
  items: { id: "item_id", columns: [["item", TEXT]] },
  cost_bases: {
    id: "basis_id",
    columns: [
      ["basis", "VARCHAR[]"],
      ["unpriced", "VARCHAR[]"],
    ],
  },
};

/** Rows of a dictionary that a later run starts with; beyond them a value is numbered again. */
const LOADED_ROWS = 100_000;

export type StoreDictionaries = { readonly [Name in DictionaryName]: StoreDictionary };

export async function loadDictionaries(connection: DuckDBConnection): Promise<StoreDictionaries> {
  const found: Partial<Record<DictionaryName, StoreDictionary>> = {};
  for (const name of DICTIONARIES) {
    const { id, columns } = TABLES[name];
    const [span] = await readAll<{ next: number | null }>(connection, `select max(${id}) + 1 as next from ${name}`);
    const list = columns.map(([column]) => column).join(", ");
    const reader = await connection.runAndReadAll(
      `select ${id}, ${list} from ${name} order by ${id} limit ${LOADED_ROWS}`,
    );
    const rows = reader.getRowsJS().map(([number, ...row]) => [number as number, row] as const);
    found[name] = new StoreDictionary(rows, span?.next ?? 0);
  }
  return found as StoreDictionaries;
}

/**
 * Writes new values of dictionaries as they come, through one appender a table: every statement that inserts would take
 * blocks of memory of its own for every column until the commit.
 */
export class DictionaryWriter {
  readonly #appenders: { readonly [Name in DictionaryName]: DuckDBAppender };

  private constructor(appenders: { readonly [Name in DictionaryName]: DuckDBAppender }) {
    this.#appenders = appenders;
  }

  static async open(connection: DuckDBConnection): Promise<DictionaryWriter> {
    const opened: Partial<Record<DictionaryName, DuckDBAppender>> = {};
    for (const name of DICTIONARIES) opened[name] = await connection.createAppender(name);
    return new DictionaryWriter(opened as { readonly [Name in DictionaryName]: DuckDBAppender });
  }

  add(name: DictionaryName, number: number, row: readonly unknown[]): void {
    const rows = this.#appenders[name];
    rows.appendInteger(number);
    for (const [index, [, type]] of TABLES[name].columns.entries()) appendValue(rows, type, row[index]);
    rows.endRow();
  }

  close(): void {
    for (const name of DICTIONARIES) this.#appenders[name].closeSync();
  }

  /** Ends it without what was not flushed. */
  discard(): void {
    for (const name of DICTIONARIES) discard(this.#appenders[name]);
  }
}

function appendValue(rows: DuckDBAppender, type: ColumnType, value: unknown): void {
  if (value === null) rows.appendNull();
  else if (type === "BOOLEAN") rows.appendBoolean(value as boolean);
  else if (type === "VARCHAR") rows.appendVarchar(value as string);
  else rows.appendList(value as readonly string[], LIST(VARCHAR));
}
