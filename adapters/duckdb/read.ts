import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** All rows as objects of JavaScript values. The type is the caller's promise about its own statement. */
export async function readAll<Row>(connection: DuckDBConnection, sql: string): Promise<readonly Row[]> {
  const reader = await connection.runAndReadAll(sql);
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
