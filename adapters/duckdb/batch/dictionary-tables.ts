import type { DuckDBConnection } from "@duckdb/node-api";
import { readAll } from "../read.ts";
import { DICTIONARIES, type DictionaryName } from "./columns.ts";
import { StoreDictionary } from "./store-dictionary.ts";

interface Table {
  readonly id: string;
  /** Columns behind the number, with their types, in the order in which rows are encoded. */
  readonly columns: readonly (readonly [string, string])[];
}

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
/** Rows a statement: they pass through JSON, and lie in memory a few times over. */
const INSERTED_ROWS = 4096;

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
    found[name] = new StoreDictionary(name, rows, span?.next ?? 0);
  }
  return found as StoreDictionaries;
}

/** Writes the values that came up since the last call. */
export async function storeFresh(connection: DuckDBConnection, dictionaries: StoreDictionaries): Promise<void> {
  for (const name of DICTIONARIES) {
    const fresh = dictionaries[name].takeFresh();
    const { columns } = TABLES[name];
    const shape = JSON.stringify([{ n: "INTEGER", ...Object.fromEntries(columns) }]);
    const list = ["n", ...columns.map(([column]) => `"${column}"`)].map((column) => `r.${column}`).join(", ");
    for (let from = 0; from < fresh.length; from += INSERTED_ROWS) {
      const rows = fresh.slice(from, from + INSERTED_ROWS).map(({ number, row }) => ({
        n: number,
        ...Object.fromEntries(columns.map(([column], i) => [column, row[i]])),
      }));
      await connection.run(`insert into ${name} select ${list} from (select unnest(from_json($1, $2)) as r)`, [
        JSON.stringify(rows),
        shape,
      ]);
    }
  }
}
