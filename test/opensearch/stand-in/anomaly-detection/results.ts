import type { EpochMs } from "#core/domain/time.ts";
import type { Json } from "../exchange.ts";
import { afterRules, type Decide, type Verdict } from "./decide.ts";
import type { Detector } from "./detector-form.ts";
import { type Entity, modelId, type Series, type Window } from "./series.ts";

const SCHEMA = 7;

export const featureNames = (detector: Detector): string[] =>
  detector.feature_attributes.map(({ feature_name }: Json) => feature_name);

/** The verdicts on `series`, after the detector's rules. Throws RangeError when `decide` leaves a window out. */
export function verdictsOn(series: Series, detector: Detector, decide: Decide): readonly Verdict[] {
  const verdicts = decide(series);
  if (verdicts.length !== series.windows.length) {
    throw new RangeError(`a verdict is wanted for each of ${series.windows.length} windows, got ${verdicts.length}`);
  }
  return verdicts.map((verdict, place) =>
    afterRules(verdict, series.windows[place] as Window, series.features, detector.rules),
  );
}

export interface Execution {
  readonly detectorId: string;
  readonly detector: Detector;
  readonly entity: Entity;
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** Of a historical run. */
  readonly taskId?: string;
}

/** A result document with the members that were recorded, each only where it was recorded. */
export function resultDocument(execution: Execution, window: Window, verdict: Verdict): Json {
  const { detectorId, detector, entity, taskId } = execution;
  const features: Json[] = detector.feature_attributes;
  const perFeature = (values: readonly number[]) =>
    features.map(({ feature_id }, place) => ({ feature_id, data: values[place] ?? 0 }));
  const anomaly = verdict.grade > 0;
  const historicalSingle = taskId !== undefined && entity.length === 0;
  return {
    detector_id: detectorId,
    schema_version: SCHEMA,
    data_start_time: window.start,
    data_end_time: window.end,
    feature_data: features.map(({ feature_id, feature_name }, place) => ({
      feature_id,
      feature_name,
      data: window.values[place],
    })),
    execution_start_time: execution.start,
    execution_end_time: execution.end,
    anomaly_score: verdict.score,
    anomaly_grade: verdict.grade,
    confidence: verdict.confidence,
    threshold: verdict.threshold,
    ...(entity.length > 0 ? { entity } : {}),
    ...(detector.user ? { user: detector.user } : {}),
    ...(taskId === undefined ? {} : { task_id: taskId }),
    ...(historicalSingle ? {} : { model_id: modelId(detectorId, entity) }),
    ...(window.imputed ? { feature_imputed: features.map(({ feature_id }) => ({ feature_id, imputed: true })) } : {}),
    ...(anomaly
      ? {
          relevant_attribution: perFeature(verdict.attribution ?? features.map(() => 1 / features.length)),
          expected_values: [{ likelihood: 1, value_list: perFeature(verdict.expected ?? []) }],
        }
      : {}),
    ...(anomaly && verdict.began
      ? { approx_anomaly_start_time: verdict.began.start, past_values: perFeature(verdict.began.values) }
      : {}),
  };
}

/** What is written when the data could not be read: no grade, confidence, entity or model. */
export function errorDocument(execution: Omit<Execution, "entity">, start: EpochMs, end: EpochMs, why: string): Json {
  return {
    detector_id: execution.detectorId,
    schema_version: SCHEMA,
    data_start_time: start,
    data_end_time: end,
    feature_data: [],
    execution_start_time: execution.start,
    execution_end_time: execution.end,
    error: `Having trouble querying data: ${why}`,
  };
}
