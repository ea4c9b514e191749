import type { EpochMs } from "#core/domain/time.ts";
import type { OpenSearchConnection } from "./connection.ts";
import type { IndexNames } from "./index-names.ts";

/** One thing that a later run goes on from, in the index of our own state. */
export interface KeptState<T> {
  read(): Promise<T | null>;
  /** Seen by every read after it. */
  keep(value: T, now: EpochMs): Promise<void>;
}

/**
 * @param kind names it; one of a kind
 * @param version of its form: what was kept in another is as if it was not there
 */
export function keptState<T>(
  connection: OpenSearchConnection,
  names: IndexNames,
  kind: string,
  version: number,
): KeptState<T> {
  const path = `/${names.state}/_doc/${kind}`;
  return {
    async read() {
      const { status, body } = await connection.send("GET", path, { allow: [404] });
      return status === 404 || body._source.version !== version ? null : body._source.value;
    },
    async keep(value, now) {
      await connection.send("PUT", path, { body: { kind, version, updated_at: now, value } });
    },
  };
}
