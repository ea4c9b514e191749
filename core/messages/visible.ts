/**
 * What logs say is written by whoever made the calls. Before a word of theirs is put into a sentence it becomes one
 * line of visible characters: nothing that moves a cursor, turns the reading direction, hides, or stacks up.
 */

/** Controls, format characters (bidi overrides, zero width, tags), lone surrogates, separators, private use. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Co}\u{115f}\u{1160}\u{3164}\u{ffa0}]|[\u{fe00}-\u{fe0f}]/gu;
const SPACES = /\p{Zs}+/gu;
/** Marks stacked on one letter overflow into the lines above and below. */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;

/** Longest name in a sentence. An ARN of a role with a path fits; a 2 kB session policy does not. */
const NAME_LIMIT = 120;

/** One line, everything visible: `\x1b[31m` for a colour, `\n` for a new line, `\u{202e}` for a turned direction. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, escapeOf).replace(SPACES, " ").replace(STACKED_MARKS, "$1");
}

function escapeOf(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}

/** At most `limit` characters (code points), the last one an ellipsis where something was cut off. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = [...text];
  return characters.length <= limit
    ? text
    : `${characters
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}

/** A value from the logs as it may stand in a sentence; `(empty)` where there is nothing to see. */
export function named(value: string, limit = NAME_LIMIT): string {
  const text = shorten(visible(value).trim(), limit);
  return text === "" ? "(empty)" : text;
}
