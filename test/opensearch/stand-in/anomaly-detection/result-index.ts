import type { EpochMs } from "#core/domain/time.ts";
import { asJava } from "../as-java.ts";
import { bulkLines, type CoreNode } from "../core-node.ts";
import { type Json, refused } from "../exchange.ts";
import { recordedBody } from "../recordings.ts";
import { type Detector, Problem } from "./detector-form.ts";

const dated = (name: string, now: EpochMs): string =>
  `${name}-history-${new Date(now).toISOString().slice(0, 10).replaceAll("-", ".")}-1`;

const mappings = (): Json => (Object.values(recordedBody("results", "result-index-mapping"))[0] as Json).mappings;

/** The alias that a detector's custom results are read by, and its first index. An alias that is there stays. */
export async function makeResultIndex(core: CoreNode, name: string, now: EpochMs): Promise<void> {
  await makeIndex(core, name, now, { mappings: mappings() });
}

/** Results of every detector without an index of its own. */
export async function makeDefaultResultIndex(core: CoreNode, name: string, now: EpochMs): Promise<void> {
  await makeIndex(core, name, now, { mappings: mappings(), hidden: true });
}

export const flattenedName = ({ name, result_index }: Detector): string => `${result_index}_flattened_${name}`;

/** The second index of `flatten_custom_result_index`, with the recorded pipeline. */
export async function makeFlattenedIndex(core: CoreNode, detector: Detector, now: EpochMs): Promise<void> {
  const pipeline = `flatten_result_index_ingest_pipeline_${detector.name}`;
  const [{ processors }] = Object.values(recordedBody("results", "flattened-pipeline")) as [Json];
  const alias = flattenedName(detector);
  const description = `Ingest pipeline for flattening result index: ${alias}`;
  await core.get("PUT", `/_ingest/pipeline/${pipeline}`, { description, processors });
  await makeIndex(core, alias, now, { mappings: { ...mappings(), dynamic: true }, pipeline });
}

async function makeIndex(
  core: CoreNode,
  alias: string,
  now: EpochMs,
  { mappings, pipeline, hidden = false }: { mappings: Json; pipeline?: string; hidden?: boolean },
): Promise<void> {
  if ((await core.ask("HEAD", `/${alias}`)).status === 200) return;
  await core.get("PUT", `/${encodeURIComponent(dated(alias, now))}`, {
    settings: {
      number_of_shards: 1,
      auto_expand_replicas: "0-2",
      hidden,
      ...(pipeline ? { default_pipeline: pipeline } : {}),
    },
    mappings,
    aliases: { [alias]: {} },
  });
}

/** An index of that name which lacks one of the members of a result. Throws {@link Problem}. */
export async function checkResultMapping(core: CoreNode, name: string): Promise<void> {
  const { status, body } = await core.ask("GET", `/${name}/_mapping`);
  if (status === 404) return;
  const wanted = Object.entries<Json>(mappings().properties);
  const fits = Object.values<Json>(body).every(({ mappings: { properties = {} } }) =>
    wanted.every(([field, { type }]) => properties[field]?.type === type),
  );
  if (fits) return;
  const message = `Result index mapping is not correct for index: ${name}`;
  throw new Problem("result_index", message, refused(400, message));
}

export async function isWriteBlocked(core: CoreNode, name: string): Promise<boolean> {
  const { body } = await core.ask("GET", `/${name}/_settings?flat_settings=true`);
  return Object.values<Json>(body).some(({ settings }) => settings?.["index.blocks.write"] === "true");
}

const PIECE = 5000;

/** Written and searchable when this resolves. */
export async function writeResults(core: CoreNode, alias: string, results: readonly Json[]): Promise<void> {
  for (let start = 0; start < results.length; start += PIECE) {
    const piece = results.slice(start, start + PIECE).map((source) => ({ source }));
    await core.get("POST", "/_bulk", asJava(bulkLines(alias, piece)));
  }
  if (results.length > 0) await core.get("POST", `/${alias}/_refresh`);
}
