import type { OpenSearchConfig } from "#core/config/opensearch.ts";
import type { IndexNames } from "../index-names.ts";

/** A role of the security plugin's, and the backend roles that are to have it. */
export interface RoleSpec {
  readonly name: string;
  readonly body: {
    readonly cluster_permissions: readonly string[];
    readonly index_permissions: readonly IndexPermission[];
    readonly tenant_permissions: readonly [];
  };
  readonly backendRoles: readonly string[];
}

interface IndexPermission {
  readonly index_patterns: readonly string[];
  readonly allowed_actions: readonly string[];
}

/**
 * Who stores, who decides, who looks: each with what its work needs and no more. Nobody of them may change detectors,
 * monitors or the cluster.
 */
export function roleSpecs({ access }: OpenSearchConfig, names: IndexNames): readonly RoleSpec[] {
  const dated = [names.events, names.rollups, names.insights];
  const counted = [...dated, names.firstUses];
  const results = [names.forestResults, `${names.forestResults}-history-*`];
  const everything = [...counted, names.incidents, names.quarantine, names.state];
  return [
    role(
      `${names.namespace}trailwatch-writer`,
      access.writers,
      ["cluster_composite_ops", "cluster_monitor"],
      [
        store([...counted, names.quarantine, names.state]),
        { index_patterns: dated, allowed_actions: ["indices:admin/delete"] },
      ],
    ),
    role(
      `${names.namespace}trailwatch-processor`,
      access.processors,
      [
        "cluster_composite_ops",
        "cluster_monitor",
        "cluster:admin/opendistro/ad/detector/search",
        "cluster:admin/opendistro/ad/detectors/get",
      ],
      [look([...everything, ...results]), store([names.incidents, names.state])],
    ),
    role(
      `${names.namespace}trailwatch-reader`,
      access.readers,
      ["cluster_composite_ops_ro"],
      [look([...counted, names.incidents, names.quarantine, ...results, `${names.forestResults}_flattened_*`])],
    ),
  ];
}

const role = (
  name: string,
  backendRoles: readonly string[],
  cluster_permissions: readonly string[],
  index_permissions: readonly IndexPermission[],
): RoleSpec => ({ name, body: { cluster_permissions, index_permissions, tenant_permissions: [] }, backendRoles });

const look = (index_patterns: readonly string[]): IndexPermission => ({
  index_patterns,
  allowed_actions: ["read", "indices:admin/mappings/get", "indices:monitor/stats"],
});

const store = (index_patterns: readonly string[]): IndexPermission => ({
  index_patterns,
  allowed_actions: ["crud", "create_index", "indices:admin/mappings/get", "indices:admin/refresh*", "indices_monitor"],
});
