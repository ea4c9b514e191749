import { flag, isObject, type Json, shorten } from "./json.ts";
import { wrongType } from "./unusable.ts";

/**
 * Fields whose type decides whether a record can be trusted. Absent, `null` and empty mean absent; another type than
 * the one CloudTrail documents throws {@link Unusable}, naming the field by its `path`. They are given the value, so that
 * each place where one is taken from a record knows the name in advance, which is several times as fast.
 */
export function textField(value: unknown, path: string): string | null {
  if (typeof value === "string") return value === "" ? null : shorten(value);
  if (value === undefined || value === null) return null;
  throw wrongType(path, value, "text");
}

/** An account id; as a number it has lost its leading zeros. */
export function accountField(value: unknown, path: string): string | null {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return String(value).padStart(12, "0");
  return textField(value, path);
}

export function objectField(value: unknown, path: string): Json | null {
  if (value === undefined || value === null) return null;
  if (isObject(value)) return value;
  throw wrongType(path, value, "an object");
}

/** `true` and `false`, also as text. */
export function flagField(value: unknown, path: string): boolean | null {
  if (value === undefined || value === null || value === "") return null;
  const read = flag(value);
  if (read === null) throw wrongType(path, value, "true or false");
  return read;
}
