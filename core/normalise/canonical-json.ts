interface Frame {
  readonly close: string;
  readonly values: readonly unknown[];
  /** Written before each value; `null` in arrays. */
  readonly keys: readonly string[] | null;
  next: number;
}

function open(value: object): Frame {
  if (Array.isArray(value)) return { close: "]", values: value, keys: null, next: 0 };
  const entries = value as Record<string, unknown>;
  const keys = Object.keys(entries)
    .filter((key) => entries[key] !== undefined)
    .sort();
  return { close: "}", values: keys.map((key) => entries[key]), keys, next: 0 };
}

/**
 * JSON with the keys of every object in code unit order: the same text for the same content, whatever order it was
 * written in. Takes what JSON.parse returns, however deeply nested (it does not recurse).
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const root = open(value);
  const frames: Frame[] = [root];
  let written = root.keys ? "{" : "[";
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    if (frame.next === frame.values.length) {
      written += frame.close;
      frames.pop();
      continue;
    }
    const index = frame.next++;
    if (index > 0) written += ",";
    if (frame.keys) written += `${JSON.stringify(frame.keys[index])}:`;
    const inner = frame.values[index];
    if (typeof inner === "object" && inner !== null) {
      const opened = open(inner);
      written += opened.keys ? "{" : "[";
      frames.push(opened);
    } else {
      written += JSON.stringify(inner) ?? "null";
    }
  }
  return written;
}
