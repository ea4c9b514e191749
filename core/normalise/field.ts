import { flag, isObject, type Json, shorten } from "./json.ts";
import { wrongType } from "./unusable.ts";

/**
 * Fields whose type decides whether a record can be trusted. Absent, `null` and empty mean absent; another type than
 * the one CloudTrail documents throws {@link Unusable}, naming the field (`path` where it is inside another).
 */
export function textField(from: Json, name: string, path = name): string | null {
  const value = from[name];
  if (typeof value === "string") return value === "" ? null : shorten(value);
  if (value === undefined || value === null) return null;
  throw wrongType(path, value, "text");
}

/** An account id; as a number it has lost its leading zeros. */
export function accountField(from: Json, name: string, path = name): string | null {
  const value = from[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return String(value).padStart(12, "0");
  return textField(from, name, path);
}

export function objectField(from: Json, name: string, path = name): Json | null {
  const value = from[name];
  if (value === undefined || value === null) return null;
  if (isObject(value)) return value;
  throw wrongType(path, value, "an object");
}

/** `true` and `false`, also as text. */
export function flagField(from: Json, name: string, path = name): boolean | null {
  const value = from[name];
  if (value === undefined || value === null || value === "") return null;
  const read = flag(value);
  if (read === null) throw wrongType(path, value, "true or false");
  return read;
}
