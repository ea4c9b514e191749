import type { TextOptions } from "./render/text.ts";

/** How text may look where it goes: colours only on a terminal, and not where NO_COLOR asks for none. */
export function textOptions(stream: NodeJS.WriteStream): TextOptions {
  const colour = Boolean(process.env["FORCE_COLOR"]) || (stream.isTTY && !process.env["NO_COLOR"]);
  return { width: stream.columns ?? 100, colour: Boolean(colour) };
}
