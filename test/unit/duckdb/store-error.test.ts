import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "@jest/globals";
import { storeError } from "#adapters/duckdb/store-error.ts";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { ingest } from "../../../cli/ingest/index.ts";
import { withStore } from "../../../cli/store.ts";
import { workspace } from "../../../cli/workspace.ts";
import { filledDuckDb } from "../../fakes/filled-duckdb.ts";
import { inTemporaryFolder } from "../../fakes/ingest.ts";

/** Some 30 MiB, in order: all of it is held at once. */
const MUCH = "select md5(range::varchar) as hash, range from range(600000) order by all";
/** So little that nothing of it goes into files either. */
const TIGHT = ["set global temp_directory = ''", "set global memory_limit = '8MiB'"];
const TOLD = {
  code: "STORE_OUT_OF_MEMORY",
  message: expect.stringMatching(/^the store needs more memory than it is given: [cf]\w.*MiB\/8\.0 MiB used\)$/),
  nextStep: expect.stringContaining("--account"),
};

async function run(instance: DuckDBInstance, ...statements: readonly string[]): Promise<void> {
  const connection = await instance.connect();
  try {
    for (const statement of statements) await (await connection.stream(statement)).fetchAllChunks();
  } finally {
    connection.closeSync();
  }
}

/** What DuckDB fails with. */
async function failureOf(...statements: readonly string[]): Promise<unknown> {
  return inTemporaryFolder(async (folder) => {
    const instance = await DuckDBInstance.create(join(folder, "any.duckdb"));
    try {
      return await run(instance, ...statements).catch((error: unknown) => error);
    } finally {
      instance.closeSync();
    }
  });
}

test("a database that is out of memory says how much it has, and what can be done", async () => {
  const cause = await failureOf(...TIGHT, MUCH);
  expect(storeError(cause)).toMatchObject({ ...TOLD, cause });
});

test("no room for the files beside the store is a full disk, though DuckDB calls it memory", async () => {
  const cause = await failureOf(
    "set global memory_limit = '16MiB'",
    "set global max_temp_directory_size = '1MB'",
    `create temp table much as ${MUCH.replace(" order by all", "")}`,
  );
  expect(String(cause)).toContain("Out of Memory Error");
  expect(storeError(cause)).toMatchObject({
    code: "STORE_DISK_FULL",
    message: expect.stringMatching(/^the disk of the store has no more room: failed to offload.*KiB used\)$/),
    nextStep: expect.stringContaining("--out"),
    cause,
  });
});

test("whatever else fails stays what it is, whatever text it holds", async () => {
  const text = "No space left on device (1.0 MiB/1.0 MiB used)";
  for (const statement of ["selct 1", `select '${text}'::integer`, `select error('${text}')`, "from 'none.csv'"]) {
    const cause = await failureOf(statement);
    expect(String(cause)).toContain("Error: ");
    expect(storeError(cause)).toBeNull();
  }
  expect(storeError(new Error("ENOSPC: no space left on device, write"))).toBeNull();
  expect(storeError(new TrailwatchError("QUERY_FAILED", `IO Error: ${text}`, "Ask again."))).toBeNull();
  expect(storeError(undefined)).toBeNull();
});

test("what is asked of an open store is told so, and the store stays usable", () =>
  inTemporaryFolder(async (folder) => {
    const place = workspace(folder);
    (await filledDuckDb([], place.store)).closeSync();
    await expect(withStore(place, "write", ({ instance }) => run(instance, ...TIGHT, MUCH))).rejects.toMatchObject(
      TOLD,
    );
    expect(await withStore(place, "write", ({ incidents }) => incidents.list())).toEqual([]);
  }));

test("so is what is asked while logs are read", () =>
  inTemporaryFolder(async (folder) => {
    const reading = ingest({
      sources: [new LocalEventSource("test/fixtures/cloudtrail/normal_5min_opensearch_catalog.json")],
      selection: {},
      storePath: workspace(folder).store,
      workers: 0,
      afterIngest: (instance) => run(instance, ...TIGHT, MUCH),
    });
    await expect(reading).rejects.toMatchObject(TOLD);
  }));
