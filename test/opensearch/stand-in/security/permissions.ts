import { type Json, NeverRecorded } from "../exchange.ts";

/** What a request needs: an action, and the indices it is on where it is on any. */
export interface Need {
  readonly action: string;
  readonly indices?: readonly string[];
}

const AD = "cluster:admin/opendistro/ad/";
const ALERTING = "cluster:admin/opendistro/alerting/";
const NOTIFICATIONS = "cluster:admin/opensearch/notifications/";

/** Method and path, and the action whose name a refusal said. The first group of a path is the indices. */
const NEEDS: readonly (readonly [request: RegExp, action: string])[] = [
  [/^POST \/_plugins\/_anomaly_detection\/detectors\/_search$/, `${AD}detector/search`],
  [/^POST \/_plugins\/_anomaly_detection\/detectors\/_validate(?:\/\w+)?$/, `${AD}detector/validate`],
  [/^POST \/_plugins\/_anomaly_detection\/detectors\/results\/_search(?:\/.+)?$/, `${AD}result/search`],
  [/^POST \/_plugins\/_anomaly_detection\/detectors\/tasks\/_search$/, `${AD}tasks/search`],
  [/^POST \/_plugins\/_anomaly_detection\/detectors$/, `${AD}detector/write`],
  [/^GET \/_plugins\/_anomaly_detection\/detectors\/[\w-]+(?:\/_profile.*)?$/, `${AD}detectors/get`],
  [/^POST \/_plugins\/_anomaly_detection\/detectors\/[\w-]+\/_st(?:art|op)$/, `${AD}detector/jobmanagement`],
  [/^DELETE \/_plugins\/_anomaly_detection\/detectors\/[\w-]+$/, `${AD}detector/delete`],
  [/^POST \/_plugins\/_anomaly_detection\/detectors\/[\w-]+\/results\/_topAnomalies$/, `${AD}result/topAnomalies`],
  [/^GET \/_plugins\/_anomaly_detection\/stats$/, `${AD}detector/stats`],
  [/^POST \/_plugins\/_alerting\/monitors\/_search$/, `${ALERTING}monitor/search`],
  [/^POST \/_plugins\/_alerting\/monitors$/, `${ALERTING}monitor/write`],
  [/^GET \/_plugins\/_alerting\/monitors\/alerts$/, `${ALERTING}alerts/get`],
  [/^GET \/_plugins\/_alerting\/monitors\/[\w-]+$/, `${ALERTING}monitor/get`],
  [/^POST \/_plugins\/_alerting\/monitors\/[\w-]+\/_execute$/, `${ALERTING}monitor/execute`],
  [/^POST \/_plugins\/_alerting\/monitors\/[\w-]+\/_acknowledge\/alerts$/, `${ALERTING}alerts/ack`],
  [/^DELETE \/_plugins\/_alerting\/monitors\/[\w-]+$/, `${ALERTING}monitor/delete`],
  [/^GET \/_plugins\/_notifications\/configs(?:\/[\w-]+)?$/, `${NOTIFICATIONS}configs/get`],
  [/^POST \/_plugins\/_notifications\/configs$/, `${NOTIFICATIONS}configs/create`],
  [/^DELETE \/_plugins\/_notifications\/configs(?:\/[\w-]+)?$/, `${NOTIFICATIONS}configs/delete`],
  [/^GET \/_plugins\/_notifications\/channels$/, `${NOTIFICATIONS}channels/get`],
  [/^GET \/_plugins\/_notifications\/features$/, `${NOTIFICATIONS}features`],
  [/^(?:GET|POST) \/_plugins\/_notifications\/feature\/test\/[\w-]+$/, `${NOTIFICATIONS}test_notification`],
  [/^GET \/$/, "cluster:monitor/main"],
  [/^GET \/_cluster\/health$/, "cluster:monitor/health"],
  [/^GET \/_cat\/plugins$/, "cluster:monitor/state"],
  [/^GET \/_cluster\/settings$/, "cluster:monitor/state"],
  [/^PUT \/_index_template\/[^/]+$/, "indices:admin/index_template/put"],
  [/^(?:GET|POST) \/([^_/][^/]*)\/_search$/, "indices:data/read/search"],
  [/^GET \/([^_/][^/]*)\/_mapping$/, "indices:admin/mappings/get"],
  [/^POST \/([^_/][^/]*)\/_search\/point_in_time$/, "indices:data/read/point_in_time/create"],
  [/^PUT \/([^_/][^/]*)$/, "indices:admin/create"],
];

/** Throws {@link NeverRecorded} for a request that nobody without all rights was recorded to send. */
export function needOf(method: string, path: string): Need {
  for (const [request, action] of NEEDS) {
    const found = request.exec(`${method} ${path}`);
    if (found) return { action, ...(found[1] === undefined ? {} : { indices: found[1].split(",") }) };
  }
  throw new NeverRecorded("such a request of somebody without all rights");
}

/** Groups of actions that roles may name, as the plugin defines them. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  cluster_composite_ops: ["indices:data/write/bulk", "indices:data/read/scroll*", "indices:data/read/m*"],
  cluster_composite_ops_ro: ["indices:data/read/scroll*", "indices:data/read/m*"],
  cluster_monitor: ["cluster:monitor/*"],
  indices_monitor: ["indices:monitor/*"],
  read: ["indices:data/read*", "indices:admin/mappings/fields/get*", "indices:admin/resolve/index"],
  write: ["indices:data/write*", "indices:admin/mapping/put"],
  crud: ["indices:data/read*", "indices:data/write*", "indices:admin/mapping/put"],
  create_index: ["indices:admin/create", "indices:admin/mapping/put"],
};

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(text);

const covers = (allowed: readonly string[], action: string): boolean =>
  allowed.flatMap((name) => GROUPS[name] ?? [name]).some((pattern) => matches(pattern, action));

/** Whether one of the roles allows it; on an index pattern only a role for at least that pattern does. */
export function allows(roles: readonly Json[], { action, indices }: Need): boolean {
  if (!indices) return roles.some(({ cluster_permissions }) => covers(cluster_permissions, action));
  return indices.every((index) =>
    roles.some(({ index_permissions }) =>
      index_permissions.some(
        ({ index_patterns, allowed_actions }: Json) =>
          index_patterns.some((pattern: string) => matches(pattern, index)) && covers(allowed_actions, action),
      ),
    ),
  );
}
