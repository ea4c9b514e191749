import { ACCOUNT_TYPES, type AccountType } from "#core/domain/account.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { DetectorResult, WatchedEntity } from "#core/ports/second-opinion.ts";
import type { DetectorMark } from "../provisioning/detector-names.ts";

/** A result as the plugin writes it. Every member can be missing: an error has neither grade nor entity. */
export interface ResultDocument {
  readonly detector_id?: string;
  readonly data_start_time?: number;
  readonly data_end_time?: number;
  readonly execution_end_time?: number;
  readonly anomaly_grade?: number;
  readonly confidence?: number;
  readonly entity?: readonly { readonly name?: string; readonly value?: string }[];
  readonly feature_data?: readonly Value[];
  readonly expected_values?: readonly { readonly likelihood?: number; readonly value_list?: readonly Value[] }[];
  /** Only where the anomaly began before this window; then these are the values of that one. */
  readonly past_values?: readonly Value[];
  readonly approx_anomaly_start_time?: number;
  readonly feature_imputed?: readonly { readonly imputed?: boolean }[];
  readonly error?: string;
}

interface Value {
  readonly data?: number;
}

/** `null` for what judges nothing: an error, a window that was filled in, an entity that is none of ours. */
export function readResult(document: ResultDocument, mark: Pick<DetectorMark, "signal" | "by">): DetectorResult | null {
  const { anomaly_grade, confidence, data_start_time, data_end_time } = document;
  const entity = entityOf(document, mark);
  if (entity === null || !isNumber(anomaly_grade) || !isNumber(data_start_time) || !isNumber(data_end_time))
    return null;
  if (document.feature_imputed?.some(({ imputed }) => imputed === true)) return null;
  const began = document.past_values ? document.approx_anomaly_start_time : undefined;
  const start = isNumber(began) ? began : data_start_time;
  const inUnit = mark.by === "entity";
  return {
    signal: mark.signal,
    entity,
    window: { start, end: start + (data_end_time - data_start_time) },
    grade: anomaly_grade,
    confidence: isNumber(confidence) ? confidence : 0,
    actual: inUnit ? squared((isNumber(began) ? document.past_values : document.feature_data)?.[0]) : null,
    expected: inUnit ? squared(likeliest(document)?.value_list?.[0]) : null,
  };
}

const isNumber = (value: unknown): value is EpochMs => typeof value === "number" && Number.isFinite(value);

function likeliest({ expected_values = [] }: ResultDocument) {
  return [...expected_values].sort((a, b) => (b.likelihood ?? 0) - (a.likelihood ?? 0))[0];
}

/** Detectors of one region look at roots, as 32-bit numbers of which about seven digits are certain. Those of many accounts add roots up, which no number of things answers to. */
function squared(value: Value | undefined): number | null {
  if (!isNumber(value?.data)) return null;
  return Number((Math.max(0, value.data) ** 2).toPrecision(6));
}

function entityOf({ entity = [] }: ResultDocument, { by }: Pick<DetectorMark, "by">): WatchedEntity | null {
  const value = entity[0]?.value;
  if (entity.length !== 1 || value === undefined || value === "") return null;
  switch (by) {
    case "entity": {
      const bar = value.indexOf("|");
      return bar <= 0 ? null : { of: "region", account: value.slice(0, bar), region: value.slice(bar + 1) };
    }
    case "account-type":
      return isAccountType(value) ? { of: "account-type", type: value } : null;
    case "ou":
      return { of: "ou", path: value };
  }
}

const isAccountType = (value: string): value is AccountType => (ACCOUNT_TYPES as readonly string[]).includes(value);
