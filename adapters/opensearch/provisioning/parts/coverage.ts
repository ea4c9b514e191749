import type { Context, Part } from "../context.ts";
import { readCoverage } from "../coverage.ts";
import { COVERAGE_ID } from "../detectors.ts";
import { nothing } from "../steps.ts";

/**
 * The list of entities that the forest leaves out, once there are more than fit its memory. From then on the list is kept,
 * if only empty: a detector that reads it must find it.
 */
export const coverage: Part = async (context) => {
  const { engine, desired } = context;
  if (!engine.plugins.has("detectors") || desired.detectors.length === 0) return [];
  const kept = await readExcluded(context);
  const found = await readCoverage(context);
  if (found === null || (kept === null && found.excluded.length === 0)) return [];
  const { excluded, active, memory } = found;
  const name = `${desired.names.state}/${COVERAGE_ID}`;
  if (kept !== null && kept.join() === excluded.join()) return [nothing("coverage", name)];
  return [
    {
      kind: "coverage",
      name,
      action: kept === null ? "create" : "update",
      reason: `of ${active} active entities the busiest ${active - excluded.length} are looked at: ${Math.round(memory.bytes / 2 ** 20)} MiB hold ${memory.entities} (${memory.basis})`,
      run: async () => {
        await context.connection.send("PUT", `/${desired.names.state}/_doc/${COVERAGE_ID}`, {
          query: { refresh: true },
          body: { kind: COVERAGE_ID, version: 1, updated_at: context.now(), value: { excluded, active } },
        });
        return undefined;
      },
    },
  ];
};

/** `null` where everything has always fitted. */
export async function readExcluded({ connection, desired }: Context): Promise<readonly string[] | null> {
  const answer = await connection.send("GET", `/${desired.names.state}/_doc/${COVERAGE_ID}`, { allow: [404] });
  return answer.status === 404 ? null : answer.body._source.value.excluded;
}
