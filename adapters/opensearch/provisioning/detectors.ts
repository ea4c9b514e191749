import type { ForestCategory, OpenSearchConfig, WatchedSignal } from "#core/config/opensearch.ts";
import type { Signal } from "#core/domain/signal.ts";
import { BUCKET, MINUTE } from "#core/domain/time.ts";
import type { IndexNames } from "../index-names.ts";
import { type DetectorMark, detectorMark, detectorName, fingerprintOf } from "./detector-names.ts";
import { isAtLeast } from "./engine.ts";

/** A forest detector as we want it, whatever the engine's version. */
export interface DetectorSpec {
  readonly name: string;
  readonly mark: DetectorMark;
  /** For people: `Instances launched by account and region`. */
  readonly title: string;
  readonly signal: Signal;
  /** Minutes after its end at which a window is judged. */
  readonly windowDelayMinutes: number;
  /** What it learns from. A change means learning anew, beside the old one. */
  readonly learned: Readonly<Record<string, unknown>>;
  /** What can be set while it is stopped. */
  readonly settings: {
    readonly rules: readonly SuppressionRule[];
    /** Lifecycle of the result index; days. */
    readonly resultDays: number;
  };
}

interface SuppressionRule {
  readonly action: "IGNORE_ANOMALY";
  readonly conditions: readonly {
    readonly feature_name: string;
    readonly threshold_type: string;
    readonly operator: "LTE";
    readonly value: number;
  }[];
}

export interface DetectorSettings {
  readonly config: OpenSearchConfig;
  readonly names: IndexNames;
  /** Minutes after which an event is no longer expected. */
  readonly latenessMinutes: number;
}

/** The document of our state that lists the entities no forest looks at; detectors read it with every query. */
export const COVERAGE_ID = "forest-coverage";
const EXCLUDED_PATH = "value.excluded";

const CATEGORIES: Readonly<Record<ForestCategory, { field: string; words: string }>> = {
  entity: { field: "entity", words: "by account and region" },
  "account-type": { field: "account_type", words: "by account type" },
  ou: { field: "ou_path", words: "by organizational unit" },
};
const INTERVAL_MINUTES = BUCKET / MINUTE;
/** As a share of the actual root: in counts a rise by half, or less, is ignored. */
const NEAR = 0.2;
/** Larger than any root: a fall is never reported. */
const ANY_FALL = 1_000_000;
/** The result index rolls over by age or size, and is deleted a part at a time. */
const ROLLOVER_DAYS = 7;
const ROLLOVER_MIB = 51_200;

export const detectorSpecs = (watched: readonly WatchedSignal[], settings: DetectorSettings): readonly DetectorSpec[] =>
  watched.map((one) => detectorSpec(one, settings));

function detectorSpec({ signal, by }: WatchedSignal, settings: DetectorSettings): DetectorSpec {
  const { names, config, latenessMinutes } = settings;
  const feature = featureOf(by);
  const learned = {
    time_field: "@timestamp",
    indices: [names.rollups],
    filter_query: { bool: { filter: [{ term: { signal: signal.id } }] } },
    feature_attributes: [feature],
    detection_interval: minutes(INTERVAL_MINUTES),
    shingle_size: config.forest.shingle,
    category_field: [CATEGORIES[by].field],
    result_index: names.forestResults,
  };
  return {
    name: detectorName(names.namespace, signal.id, by),
    mark: { namespace: names.namespace, signal: signal.id, by, fingerprint: fingerprintOf(learned) },
    title: `${signal.title} ${CATEGORIES[by].words}`,
    signal,
    // A bucket that begins with the window's last instant ends an interval after it, is closed when delivery has passed
    // that by the lateness, and must then be written.
    windowDelayMinutes: INTERVAL_MINUTES + latenessMinutes + config.forest.writingMinutes,
    learned,
    settings: { rules: rulesOf(signal, by, feature.feature_name), resultDays: config.resultDays },
  };
}

/**
 * Roots of counts, in which a Poisson count scatters by about a half at any level.
 *
 * An entity has one row a bucket (a signal counted by principal or resource has one of each: the largest is looked at).
 * Windows follow the start of the detector's job and drift by milliseconds: one may hold two buckets or none, which a sum
 * would take for twice the usage and for none, a maximum for neither.
 *
 * For all accounts of a type the roots are added up: a movement of many accounts is many small rises, and in a sum of
 * roots every account weighs about the same, while a sum of counts is the largest account's alone, which has a detector
 * of its own.
 */
function featureOf(by: ForestCategory) {
  const kind = by === "entity" ? "max" : "sum";
  const name = `root_${kind}`;
  return {
    feature_name: name,
    feature_enabled: true,
    aggregation_query: { [name]: { [kind]: { field: "root" } } },
  };
}

/**
 * What is no anomaly however unlikely the forest finds it; without rules of our own the node puts in its own. The node
 * takes the larger of margin and ratio. A margin of the floor's root holds back every rise that is smaller than the
 * floor, from whatever level (root(e + f) - root(e) <= root(f)); in a sum of roots whole counts move it by no more than
 * their number. `ACTUAL_IS_BELOW_EXPECTED` would say that falls are no findings, but it comes without an operator, which the
 * plugin needs when a node sends the detector to another.
 */
function rulesOf({ floor, direction }: Signal, by: ForestCategory, feature_name: string): readonly SuppressionRule[] {
  const least = by === "entity" ? roundedUp(Math.sqrt(floor)) : floor;
  const rule = (threshold_type: string, value: number): SuppressionRule[] =>
    value > 0
      ? [{ action: "IGNORE_ANOMALY", conditions: [{ feature_name, threshold_type, operator: "LTE", value }] }]
      : [];
  return [
    ...rule("ACTUAL_OVER_EXPECTED_MARGIN", least),
    ...rule("ACTUAL_OVER_EXPECTED_RATIO", NEAR),
    ...rule("EXPECTED_OVER_ACTUAL_MARGIN", direction === "rise" ? ANY_FALL : least),
    ...(direction === "rise" ? [] : rule("EXPECTED_OVER_ACTUAL_RATIO", NEAR)),
  ];
}

const roundedUp = (value: number): number => Math.ceil(value * 1000) / 1000;

const minutes = (interval: number) => ({ period: { interval, unit: "Minutes" } });

/**
 * The body for an engine of this version, `2.9` to `3.x`.
 *
 * Nothing is imputed, on any version: zeros are written where they are known, and a bucket without a row is unknown; a
 * zero put in its place would be an anomaly that never was. Older versions cannot impute, and need not. Without
 * suppression rules (before 2.17) the floors hold where results are read.
 * @param narrowed leave out the entities that do not fit the memory, as listed in our state
 */
export function detectorBody(spec: DetectorSpec, version: string, names: IndexNames, narrowed: boolean) {
  const { learned, settings, mark, title } = spec;
  return {
    name: spec.name,
    description: `${title}, as roots of counts. ${detectorMark(mark)}`,
    ...learned,
    ...(narrowed && mark.by === "entity" ? { filter_query: withoutExcluded(mark.signal, names) } : {}),
    window_delay: minutes(spec.windowDelayMinutes),
    ...(isAtLeast(version, "2.15") ? lifecycle(settings.resultDays) : {}),
    ...(isAtLeast(version, "2.17") ? { rules: settings.rules } : {}),
    // Copies with the entity in fields of their own, for tables and filters of the Dashboards; real-time results only.
    ...(isAtLeast(version, "2.19") ? { flatten_custom_result_index: true } : {}),
  };
}

const lifecycle = (days: number) => ({
  result_index_min_size: ROLLOVER_MIB,
  result_index_min_age: Math.min(ROLLOVER_DAYS, days),
  result_index_ttl: days,
});

/** The list is read anew with every query: it can change while the detector runs. */
const withoutExcluded = (signal: string, names: IndexNames) => ({
  bool: {
    filter: [{ term: { signal } }],
    must_not: [{ terms: { entity: { index: names.state, id: COVERAGE_ID, path: EXCLUDED_PATH } } }],
  },
});
