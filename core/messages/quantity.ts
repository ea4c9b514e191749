import type { Signal } from "../domain/signal.ts";
import { amount } from "./format.ts";
import { unitAfter } from "./phrases.ts";
import { named } from "./visible.ts";

/** `47 instances launched`; `1,500 invocations of function resize`; money as `$40.20/hour added`. */
export function quantityOf(
  value: number,
  signal: Signal | undefined,
  fallback: string,
  resource: string | null = null,
): string {
  if (!signal) return `${amount(value)} (${named(fallback)})`;
  if (resource !== null) {
    const unit = signal.unit.replace(/ of this \w+$/, "");
    return `${amount(value)} ${unitAfter(value, unit)} of ${resourceWords(resource)}`;
  }
  if (signal.value.of === "usd-per-hour") return `$${usdPerHour(value)}/hour ${signal.value.change}`;
  return `${amount(value)} ${unitAfter(value, signal.unit)}`;
}

/** The name people use: `function resize`, `bucket logs`; as logged where it is of no known form. */
function resourceWords(resource: string): string {
  const name = functionName(resource);
  if (name !== null) return `function ${named(name, 64)}`;
  const bucket = bucketName(resource);
  return bucket === null ? named(resource) : `bucket ${named(bucket, 63)}`;
}

/** `function/resize`, `arn:aws:lambda:…:function:resize:$LATEST` -> `resize`. */
export const functionName = (resource: string): string | null =>
  /(?:^|:)function[:/]([^:/]+)/.exec(resource)?.[1] ?? null;

/** `bucket/logs`, `arn:aws:s3:::logs/2026/x` -> `logs`. */
export const bucketName = (resource: string): string | null =>
  /^(?:arn:[^:]*:s3:::|bucket\/)([^/]+)/.exec(resource)?.[1] ?? null;

/** `9.91`, `1,250`: dollars without their sign. */
export const usdPerHour = (value: number): string => (value < 100 ? value.toFixed(2) : amount(value));
