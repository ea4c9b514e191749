import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBListValue } from "@duckdb/node-api";

const underWay = new WeakMap<DuckDBConnection, Set<Promise<unknown>>>();

function noted<T>(connection: DuckDBConnection, answer: Promise<T>): Promise<T> {
  const answers = underWay.get(connection) ?? new Set();
  underWay.set(connection, answers.add(answer));
  const forget = (): void => void answers.delete(answer);
  answer.then(forget, forget);
  return answer;
}

/**
 * Stops what a connection is answering, and resolves when it has stopped: closing a connection in the middle of an
 * answer hangs or crashes the database's client.
 */
export async function quiesce(connection: DuckDBConnection): Promise<void> {
  const answers = underWay.get(connection);
  if (!answers || answers.size === 0) return;
  connection.interrupt();
  await Promise.allSettled(answers);
}

/** All rows as objects of JavaScript values. The type is the caller's promise about its own statement. */
export async function readAll<Row>(connection: DuckDBConnection, sql: string): Promise<readonly Row[]> {
  const reader = await noted(connection, connection.runAndReadAll(sql));
  return reader.getRowObjectsJS() as unknown as readonly Row[];
}

/**
 * Rows as they come, on a connection of their own: a connection forgets the result that it is streaming when it is
 * asked the next thing.
 */
export async function* streamRows<Row>(instance: DuckDBInstance, sql: string): AsyncGenerator<Row> {
  const connection = await instance.connect();
  try {
    const result = await connection.stream(sql);
    for await (const rows of result.yieldRowObjectJs()) yield* rows as unknown as readonly Row[];
  } finally {
    connection.closeSync();
  }
}

/** The same by column, some two thousand rows at a time, after statements that prepare them. */
export async function* streamColumns(
  instance: DuckDBInstance,
  sql: string,
  prepare: readonly string[] = [],
): AsyncGenerator<Columns> {
  const connection = await instance.connect();
  try {
    for (const statement of prepare) await connection.run(statement);
    yield* columnsFrom(connection, sql);
  } finally {
    connection.closeSync();
  }
}

/** The same on a connection that is asked nothing else until the end. */
export async function* columnsFrom(connection: DuckDBConnection, sql: string): AsyncGenerator<Columns> {
  const result = await connection.stream(sql);
  const names = result.columnNames();
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield new Columns(names, [chunk]);
  }
}

/**
 * A result by column, decoded only where it is looked at: an object a row costs several times more than the query
 * behind it. Values are as DuckDB's client gives them: numbers, texts, booleans, bigints, `null`.
 */
export class Columns {
  readonly rows: number;
  readonly #names: readonly string[];
  readonly #chunks: readonly DuckDBDataChunk[];

  constructor(names: readonly string[], chunks: readonly DuckDBDataChunk[]) {
    this.#names = names;
    this.#chunks = chunks;
    this.rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0);
  }

  /** The values of a column in row order. The type is the caller's promise. Throws RangeError for a name that is not there. */
  values<T>(name: string): T[] {
    const column = this.#position(name);
    const values = new Array<T>(this.rows);
    let at = 0;
    for (const chunk of this.#chunks) {
      const vector = chunk.getColumnVector(column);
      const { rowCount } = chunk;
      for (let row = 0; row < rowCount; row++) values[at++] = vector.getItem(row) as T;
    }
    return values;
  }

  /** Lists as arrays, `null` as an empty one. The type is the caller's promise. */
  lists<T>(name: string): (readonly T[])[] {
    return this.values<DuckDBListValue | null>(name).map((list) => (list ? (list.items as readonly T[]) : []));
  }

  /** The values of some rows, in ascending order of `rows`. Throws RangeError where there is no such row. */
  some<T>(name: string, rows: readonly number[]): T[] {
    if (rows.length === this.rows) return this.values(name);
    const column = this.#position(name);
    const values: T[] = [];
    let [chunk, before] = [0, 0];
    for (const row of rows) {
      let current = this.#chunks[chunk];
      while (current && row >= before + current.rowCount) {
        before += current.rowCount;
        current = this.#chunks[++chunk];
      }
      if (!current) throw new RangeError(`the result has ${this.rows} rows, not ${row + 1}`);
      values.push(current.getColumnVector(column).getItem(row - before) as T);
    }
    return values;
  }

  /** Rows, or some of them as {@link some} takes them, as objects of these columns. The type is the caller's promise. */
  objects<Row>(names: readonly (keyof Row & string)[], rows?: readonly number[]): Row[] {
    const values = names.map((name) => (rows ? this.some<unknown>(name, rows) : this.values<unknown>(name)));
    return Array.from(
      { length: rows?.length ?? this.rows },
      (_, row) => Object.fromEntries(names.map((name, at) => [name, values[at]?.[row]])) as Row,
    );
  }

  #position(name: string): number {
    const position = this.#names.indexOf(name);
    if (position < 0) throw new RangeError(`the result has no column ${name}`);
    return position;
  }
}

export async function readColumns(connection: DuckDBConnection, sql: string): Promise<Columns> {
  const result = await noted(connection, connection.run(sql));
  return new Columns(result.columnNames(), await noted(connection, result.fetchAllChunks()));
}
