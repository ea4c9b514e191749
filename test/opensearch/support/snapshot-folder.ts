import type { TestNode } from "./live-node.ts";

/** Where a node may keep snapshots in a folder; `null` on a cluster that was set up otherwise. */
export async function snapshotFolder({ connection }: TestNode): Promise<string | null> {
  const { body } = await connection.send("GET", "/_nodes", {
    query: { filter_path: "nodes.*.settings.path.repo" },
  });
  const [first] = Object.values(body.nodes ?? {}) as { settings: { path: { repo: string | readonly string[] } } }[];
  const repo = first?.settings.path.repo;
  return repo === undefined ? null : typeof repo === "string" ? repo : (repo[0] ?? null);
}
