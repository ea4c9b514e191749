import type { DuckDBConnection } from "@duckdb/node-api";
import type { QuantityChange, QuantityKind } from "#core/domain/usage-event.ts";
import { readAll } from "./read.ts";

/** Entries kept in memory per dictionary: callers and origins number in the hundreds of thousands in a large store. */
const KEPT = 50_000;

/** A dictionary up to this size is read at once, when it is first asked. */
const READ_WHOLE = 20_000;

type Numbered<Entry> = Entry & { readonly number: number };

/** A dictionary table of the store: small ones are held in memory, large ones read entry by entry as numbers are met. */
export class Dictionary<Entry> {
  readonly #connection: DuckDBConnection;
  readonly #table: string;
  readonly #id: string;
  readonly #columns: string;
  readonly #readWhole: number;
  #kept = new Map<number, Entry>();
  #whole: Promise<ReadonlyMap<number, Entry> | null> | null = null;
  #all: Promise<ReadonlyMap<number, Entry>> | null = null;

  constructor(connection: DuckDBConnection, table: string, id: string, columns: string, readWhole: number) {
    this.#connection = connection;
    this.#readWhole = readWhole;
    this.#table = table;
    this.#id = id;
    this.#columns = columns;
  }

  /** The entries of these numbers, and maybe others; `null` is no number and has no entry. */
  async entries(ids: readonly (number | null)[]): Promise<ReadonlyMap<number, Entry>> {
    this.#whole ??= this.#readSmall();
    const whole = await this.#whole;
    if (whole) return whole;
    const found = new Map<number, Entry>();
    const missing = new Set<number>();
    for (const id of ids) {
      if (id === null) continue;
      const kept = this.#kept.get(id);
      if (kept === undefined) missing.add(id);
      else found.set(id, kept);
    }
    if (missing.size === 0) return found;
    const rows = await this.#read(`where ${this.#id} in (${[...missing].join(", ")})`);
    if (this.#kept.size + rows.length > KEPT) this.#kept = new Map();
    for (const row of rows) {
      found.set(row.number, row);
      if (this.#kept.size < KEPT) this.#kept.set(row.number, row);
    }
    return found;
  }

  /** Every entry, of dictionaries that are small whatever the logs hold. */
  all(): Promise<ReadonlyMap<number, Entry>> {
    this.#all ??= this.#read("").then(byNumber);
    return this.#all;
  }

  async #readSmall(): Promise<ReadonlyMap<number, Entry> | null> {
    const rows = await this.#read(`where (select count(*) from ${this.#table}) <= ${this.#readWhole}`);
    return rows.length > 0 ? byNumber(rows) : null;
  }

  #read(where: string): Promise<readonly Numbered<Entry>[]> {
    return readAll(this.#connection, `select ${this.#id} as number, ${this.#columns} from ${this.#table} ${where}`);
  }
}

const byNumber = <Entry>(rows: readonly Numbered<Entry>[]): ReadonlyMap<number, Entry> =>
  new Map(rows.map((row) => [row.number, row]));

interface ActionEntry {
  readonly service: string;
  readonly action: string;
  readonly global: boolean;
}

export interface PrincipalEntry {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly arn: string | null;
  readonly session: string | null;
  readonly access_key_id: string | null;
  readonly account: string | null;
  readonly mfa: boolean | null;
}

export interface OriginEntry {
  readonly invoked_by: string | null;
  readonly source_ip: string | null;
  readonly network: string | null;
  readonly user_agent: string | null;
  readonly tool: string;
  readonly vpc_endpoint: string | null;
  readonly actor: string;
}

export interface Dictionaries {
  readonly accounts: Dictionary<{ readonly account: string }>;
  readonly regions: Dictionary<{ readonly region: string }>;
  readonly actions: Dictionary<ActionEntry>;
  readonly principals: Dictionary<PrincipalEntry>;
  readonly origins: Dictionary<OriginEntry>;
  readonly errorCodes: Dictionary<{ readonly error_code: string }>;
  readonly items: Dictionary<{ readonly item: string }>;
  readonly files: Dictionary<{ readonly path: string }>;
  readonly costBases: Dictionary<{ readonly basis: readonly string[]; readonly unpriced: readonly string[] }>;
  /** Which quantities the events of which actions carry: far fewer events are looked through for one. */
  quantityUses(): Promise<readonly QuantityUse[]>;
}

export interface QuantityUse {
  readonly action_id: number;
  readonly kind: QuantityKind;
  readonly change: QuantityChange;
  /** In the table of quantities, not with the event itself. */
  readonly listed: boolean;
}

/** Asked once. */
function quantityUsesOf(connection: DuckDBConnection): Dictionaries["quantityUses"] {
  let asked: Promise<readonly QuantityUse[]> | null = null;
  return () => {
    asked ??= readAll<QuantityUse>(
      connection,
      `select distinct action_id, quantity_kind as kind, quantity_change as change, false as listed
       from events where quantity_kind is not null
       union all
       select distinct action_id, kind, change, true from quantities join events using (key)`,
    );
    return asked;
  };
}

/** `readWhole` bounds what is read at once, and changes no answer. */
export function openDictionaries(connection: DuckDBConnection, readWhole = READ_WHOLE): Dictionaries {
  const open = <Entry>(table: string, id: string, columns: string): Dictionary<Entry> =>
    new Dictionary(connection, table, id, columns, readWhole);
  return {
    accounts: open("accounts", "account_id", "account"),
    regions: open("regions", "region_id", "region"),
    actions: open("actions", "action_id", "service, action, global"),
    principals: open("principals", "principal_id", "type, id, name, arn, session, access_key_id, account, mfa"),
    origins: open("origins", "origin_id", "invoked_by, source_ip, network, user_agent, tool, vpc_endpoint, actor"),
    errorCodes: open("error_codes", "error_id", "error_code"),
    items: open("items", "item_id", "item"),
    files: open("files", "file_id", "path"),
    costBases: open("cost_bases", "basis_id", "basis, unpriced"),
    quantityUses: quantityUsesOf(connection),
  };
}
