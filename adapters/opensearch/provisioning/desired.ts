import type { Config } from "#core/config/index.ts";
import { type OpenSearchConfig, watchedSignals } from "#core/config/opensearch.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { type IndexTemplate, indexTemplates } from "../documents/mappings.ts";
import { type IndexNames, indexNames } from "../index-names.ts";
import type { SavedObject } from "../saved-objects/saved-object.ts";
import { savedObjects } from "../saved-objects/saved-objects.ts";
import { type ChannelSpec, channelSpec } from "./channel.ts";
import { type DetectorSpec, detectorSpecs } from "./detectors.ts";
import { type MonitorSpec, monitorSpec } from "./monitors.ts";
import { type RetentionPolicy, retentionPolicies } from "./retention-policy.ts";
import { type RoleSpec, roleSpecs } from "./roles.ts";

/** All that Trailwatch keeps in a cluster, whatever the cluster's version and plugins. */
export interface DesiredState {
  readonly names: IndexNames;
  readonly config: OpenSearchConfig;
  readonly templates: readonly IndexTemplate[];
  readonly policies: readonly RetentionPolicy[];
  readonly roles: readonly RoleSpec[];
  /** The most important first. */
  readonly detectors: readonly DetectorSpec[];
  /** Where alerts go, and what rings there; `null` leaves both as they are. */
  readonly alerting: { readonly channel: ChannelSpec; readonly monitor: MonitorSpec } | null;
  readonly savedObjects: readonly SavedObject[];
}

export interface DesiredInput {
  readonly config: Config;
  readonly namespace: string;
}

/** Throws TrailwatchError `CONFIGURATION_INVALID`, and RangeError for a namespace that no index's name begins with. */
export function desiredState({ config, namespace }: DesiredInput): DesiredState {
  const names = indexNames(namespace);
  const { opensearch } = config;
  const { shards, replicas, refreshSeconds } = opensearch;
  const detectors = detectorSpecs(watchedSignals(opensearch, resolveSignals(config.signals)), {
    config: opensearch,
    names,
    latenessMinutes: config.detection.latenessMinutes,
  });
  return {
    names,
    config: opensearch,
    templates: indexTemplates(names, { shards, replicas, refreshSeconds }),
    policies: retentionPolicies(opensearch, names),
    roles: roleSpecs(opensearch, names),
    detectors,
    alerting: alertingOf(opensearch, names, detectors),
    savedObjects: savedObjects(names),
  };
}

function alertingOf(
  config: OpenSearchConfig,
  names: IndexNames,
  detectors: readonly DetectorSpec[],
): DesiredState["alerting"] {
  const channel = channelSpec(config, names);
  const windowDelayMinutes = Math.max(...detectors.map((detector) => detector.windowDelayMinutes));
  if (channel === null || detectors.length === 0) return null;
  return { channel, monitor: monitorSpec({ names, config, channelId: channel.id, windowDelayMinutes }) };
}
