import { createHash } from "node:crypto";
import { storableText } from "#core/domain/storable-text.ts";

/**
 * Characters that a text is indexed by as a whole. A term may have 32,766 bytes, and what is longer would be in no count;
 * but nothing that anybody searches for is a tenth as long.
 */
const WHOLE = 2000;
const BEGINNING = 200;
const DIGEST = /… sha256:[0-9a-f]{64}$/;

/** What a text is indexed by, and so what it is searched by: itself, or the beginning and a digest of a long one. */
export const termOf = (text: string): string =>
  text.length <= WHOLE ? text : `${beginningOf(text)}… sha256:${createHash("sha256").update(text).digest("hex")}`;

/** What a long text's term begins with; `null` for a text or term that is shorter, which no term begins with. */
export const beginningOf = (text: string): string | null =>
  text.length < BEGINNING ? null : storableText(text.slice(0, BEGINNING));

/** Whether a term may stand for a longer text. */
export const isShortened = (term: string): boolean => term.length <= BEGINNING + 80 && DIGEST.test(term);

/** The texts that terms stand for; kept with the document. */
export type LongTexts = Readonly<Record<string, string>>;

/** A document's fields with terms in place of long texts, and those texts; `null` where none is long. */
export function shortened<Fields extends object>(fields: Fields): { fields: Fields; long: LongTexts } | null {
  if (!hasLong(fields)) return null;
  const long: Record<string, string> = {};
  const term = (text: unknown): unknown => {
    if (!isLong(text)) return text;
    const short = termOf(text as string);
    long[short] = text as string;
    return short;
  };
  const changed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const short = Array.isArray(value) ? value.map(term) : term(value);
    if (typeof value === "string" ? short !== value : Array.isArray(value)) changed[name] = short;
  }
  return { fields: { ...fields, ...changed }, long };
}

/** Asked of every document there is; long texts are in hardly any. */
function hasLong(fields: object): boolean {
  const of = fields as Readonly<Record<string, unknown>>;
  for (const name in of) {
    const value = of[name];
    if (Array.isArray(value) ? value.some(isLong) : isLong(value)) return true;
  }
  return false;
}

export const isLong = (value: unknown): boolean => typeof value === "string" && value.length > WHOLE;

/** The inverse of {@link shortened}. */
export function lengthened<Fields extends object>(fields: Fields, long: LongTexts): Fields {
  const whole = (term: unknown): unknown => (typeof term === "string" && Object.hasOwn(long, term) ? long[term] : term);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, Array.isArray(value) ? value.map(whole) : whole(value)]),
  ) as Fields;
}
