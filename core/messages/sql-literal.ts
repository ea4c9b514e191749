import { sqlText } from "../signals/sql-literal.ts";
import { visible } from "./visible.ts";

/**
 * A text literal that is itself one visible line: a character that a terminal or a page would act on is spelt
 * `chr(27)`, so that the query can be shown, copied and run with the same meaning.
 */
export function literal(value: string): string {
  if (visible(value) === value) return sqlText(value);
  const parts: string[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") parts.push(sqlText(plain));
    plain = "";
  };
  for (const character of value) {
    if (visible(character) === character) plain += character;
    else {
      flush();
      parts.push(`chr(${storedCodePoint(character)})`);
    }
  }
  flush();
  return `(${parts.join(" || ")})`;
}

/** Half a surrogate pair is no UTF-8; the store keeps U+FFFD in its place. */
function storedCodePoint(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
}
