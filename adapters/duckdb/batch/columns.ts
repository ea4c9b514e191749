/** How a column travels from a worker to the store, and lies in memory on both sides. */
export type ColumnKind =
  /** 16 bytes as DuckDB keeps a UUID */
  | "uuid"
  /** 8 bytes, written as two halves: times, keys, money, fingerprints */
  | "word"
  | "int"
  | "byte"
  | "double"
  | "text"
  | "texts";

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  /** Numbers of a worker's dictionary, which the store replaces by its own. */
  readonly dictionary?: DictionaryName;
}

export const DICTIONARIES = [
  "accounts",
  "regions",
  "actions",
  "error_codes",
  "principals",
  "origins",
  "items",
  "cost_bases",
] as const;
export type DictionaryName = (typeof DICTIONARIES)[number];

const column = <const Name extends string, const Kind extends ColumnKind>(name: Name, kind: Kind) =>
  ({ name, kind, nullable: false }) as const;
const optional = <const Name extends string, const Kind extends ColumnKind>(name: Name, kind: Kind) =>
  ({ name, kind, nullable: true }) as const;
const coded = <const Name extends string>(name: Name, dictionary: DictionaryName) =>
  ({ name, kind: "int", nullable: false, dictionary }) as const;
const maybeCoded = <const Name extends string>(name: Name, dictionary: DictionaryName) =>
  ({ name, kind: "int", nullable: true, dictionary }) as const;

/** The table `events`, in its order. */
export const EVENT_COLUMNS = [
  column("key", "word"),
  column("id", "uuid"),
  optional("id_text", "text"),
  column("time", "word"),
  coded("account_id", "accounts"),
  coded("region_id", "regions"),
  coded("action_id", "actions"),
  column("read_only", "byte"),
  column("category", "byte"),
  column("outcome", "byte"),
  maybeCoded("error_id", "error_codes"),
  coded("principal_id", "principals"),
  coded("origin_id", "origins"),
  optional("resource", "text"),
  optional("more_resources", "texts"),
  optional("counterparties", "texts"),
  column("marks", "int"),
  optional("request_uuid", "uuid"),
  optional("request_text", "text"),
  optional("shared_id", "text"),
  optional("quantity_kind", "byte"),
  optional("quantity_change", "byte"),
  optional("quantity_amount", "double"),
  maybeCoded("quantity_item_id", "items"),
  optional("added_usd_hour_low", "word"),
  optional("added_usd_hour_high", "word"),
  optional("removed_usd_hour_low", "word"),
  optional("removed_usd_hour_high", "word"),
  optional("once_usd_low", "word"),
  optional("once_usd_high", "word"),
  column("unpriced", "byte"),
  maybeCoded("basis_id", "cost_bases"),
  column("counted", "byte"),
  column("fingerprint", "word"),
] as const satisfies readonly Column[];

/** The table `quantities`, in its order. */
export const QUANTITY_COLUMNS = [
  column("key", "word"),
  column("position", "byte"),
  column("kind", "byte"),
  column("change", "byte"),
  column("amount", "double"),
  maybeCoded("item_id", "items"),
  optional("purchase", "byte"),
  optional("resource_ids", "texts"),
  optional("attributes", "text"),
  optional("usd_hour_low", "word"),
  optional("usd_hour_high", "word"),
] as const satisfies readonly Column[];
