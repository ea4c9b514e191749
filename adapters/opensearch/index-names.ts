import { DAY, type EpochMs } from "#core/domain/time.ts";

/**
 * Names of everything that is kept in a cluster. A namespace in front lets two deployments, or a test and a deployment,
 * share one; people's runbooks and dashboards use the plain names, without any.
 */
export interface IndexNames {
  readonly namespace: string;
  /** The index of an event's own day, so that a replay lands on the same document: `usage-events-2026.11.03`. */
  eventsAt(time: EpochMs): string;
  readonly events: string;
  /** The index of a bucket's own month: `usage-rollups-2026.11`. */
  rollupsAt(bucket: EpochMs): string;
  readonly rollups: string;
  /** The index of a record's own month: `usage-insights-2026.11`. */
  insightsAt(time: EpochMs): string;
  readonly insights: string;
  readonly incidents: string;
  /** First uses of every value in every account. */
  readonly firstUses: string;
  /** What the cluster refused, with the reason. */
  readonly quarantine: string;
  /** State of our own: schema versions, how far files were rolled up. */
  readonly state: string;
  /** Where the forest detectors write; the plugin insists on how it begins. */
  readonly forestResults: string;
}

const NAMESPACE = /^[a-z0-9-]*$/;

/** Throws RangeError for a namespace that cannot begin an index's name. */
export function indexNames(namespace = ""): IndexNames {
  if (!NAMESPACE.test(namespace) || namespace.startsWith("-")) {
    throw new RangeError(`a namespace has small letters, digits and dashes, got: ${namespace}`);
  }
  const events = `${namespace}usage-events-`;
  const rollups = `${namespace}usage-rollups-`;
  const insights = `${namespace}usage-insights-`;
  return {
    namespace,
    eventsAt: (time) => events + dotted(time, 10),
    events: `${events}*`,
    rollupsAt: (bucket) => rollups + dotted(bucket, 7),
    rollups: `${rollups}*`,
    insightsAt: (time) => insights + dotted(time, 7),
    insights: `${insights}*`,
    incidents: `${namespace}trailwatch-incidents`,
    firstUses: `${namespace}trailwatch-first-uses`,
    quarantine: `${namespace}trailwatch-quarantine`,
    state: `${namespace}trailwatch-state`,
    forestResults: `opensearch-ad-plugin-result-${namespace}trailwatch`,
  };
}

let lastDay = Number.NaN;
let lastText = "";

/** `2026.11.03` of the UTC day, cut to `length`. Asked for every event there is, most of which are of one day. */
function dotted(time: EpochMs, length: number): string {
  const day = Math.floor(time / DAY);
  if (day !== lastDay) {
    lastText = new Date(day * DAY).toISOString().slice(0, 10).replaceAll("-", ".");
    lastDay = day;
  }
  return lastText.slice(0, length);
}
