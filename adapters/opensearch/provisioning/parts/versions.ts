import { TrailwatchError } from "#core/domain/errors.ts";
import { MAPPING_VERSION } from "../../documents/mappings.ts";
import type { Context, Part } from "../context.ts";
import { nothing } from "../steps.ts";
import { readMappings, versionOf } from "./existing-indices.ts";

/** Raised when what is kept means something else than before, other than by its mappings. */
const STATE_VERSION = 1;
export const STATE_ID = "provisioning";

export interface KeptVersions {
  readonly state: number;
  readonly mappings: number;
}

/**
 * Rejects with TrailwatchError `STORE_VERSION` where a newer Trailwatch made what is there: it would be read wrongly, and
 * an older mapping must not be put over a newer one.
 */
export async function refuseNewer(context: Context): Promise<void> {
  const kept = await readVersions(context);
  if (kept && kept.state > STATE_VERSION)
    throw newer(`the state in ${context.desired.names.state}`, kept.state, STATE_VERSION);
  for (const { name } of context.desired.templates) {
    const { status, body } = await context.connection.send("GET", `/_index_template/${name}`, { allow: [404] });
    const version = status === 404 ? 0 : versionOf(body.index_templates[0].index_template);
    if (version > MAPPING_VERSION) throw newer(`the index template ${name}`, version, MAPPING_VERSION);
  }
  for (const { index, mappings } of await readMappings(context)) {
    const version = versionOf(mappings);
    if (version > MAPPING_VERSION) throw newer(`the index ${index}`, version, MAPPING_VERSION);
  }
}

const newer = (what: string, version: number, ours: number): TrailwatchError =>
  new TrailwatchError(
    "STORE_VERSION",
    `${what} is of version ${version}, made by a newer Trailwatch; this one knows version ${ours}`,
    "Update Trailwatch, or give it a namespace of its own with --namespace.",
  );

/** The last part: what stands here was made completely. */
export const version: Part = async (context) => {
  const wanted: KeptVersions = { state: STATE_VERSION, mappings: MAPPING_VERSION };
  const kept = await readVersions(context);
  const name = `${context.desired.names.state}/${STATE_ID}`;
  if (kept?.state === wanted.state && kept.mappings === wanted.mappings) return [nothing("version", name)];
  return [
    {
      kind: "version",
      name,
      action: kept ? "update" : "create",
      reason: kept ? `was ${kept.state}.${kept.mappings}` : "says which version made all this",
      run: async () => {
        await context.connection.send("PUT", `/${name.replace("/", "/_doc/")}`, {
          query: { refresh: true },
          body: { kind: STATE_ID, version: STATE_VERSION, updated_at: context.now(), value: wanted },
        });
        return undefined;
      },
    },
  ];
};

export async function readVersions({ connection, desired }: Context): Promise<KeptVersions | null> {
  const answer = await connection.send("GET", `/${desired.names.state}/_doc/${STATE_ID}`, { allow: [404] });
  return answer.status === 404 ? null : answer.body._source.value;
}
