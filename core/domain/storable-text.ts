/** What JSON can say in a string and a database cannot keep in a text: NUL, and halves of surrogate pairs. */
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What might be so; hardly any text has it. */
const SUSPECT = /[\0\ud800-\udfff]/;

/** The text with U+2400 (a picture of NUL) and U+FFFD in place of what cannot be kept. */
export const storableText = (text: string): string =>
  SUSPECT.test(text) ? text.replace(UNSTORABLE, (found) => (found === "\0" ? "\u2400" : "\ufffd")) : text;

/** Texts in a row, and in lists in it. */
export const storable = (value: unknown): unknown =>
  typeof value === "string" ? storableText(value) : Array.isArray(value) ? value.map(storable) : value;
