import { compareText } from "../domain/ordering.ts";
import { literal } from "./sql-literal.ts";
import { named, visible } from "./visible.ts";

/** Letters by which forms are looked up. */
const PREFIX = 3;
const WORD = /[A-Za-z0-9]/;

/**
 * Replaces many values in texts at once, the longest that fits first. A value that begins or ends in a letter or digit
 * is replaced as a word (`web`, not in `webhook`). A value of one or two characters is replaced only where a text
 * quotes it or names it (`'x'`, `session x`), as it would otherwise break words that are not it.
 * One pass over the text, whatever the number of values.
 */
export class Replacer {
  readonly #whole: ReadonlyMap<string, string>;
  readonly #byPrefix = new Map<string, readonly (readonly [form: string, standIn: string])[]>();
  readonly #short: readonly (readonly [pattern: RegExp, standIn: string])[];

  constructor(standIns: ReadonlyMap<string, string>) {
    const forms = new Map<string, string>();
    for (const [value, standIn] of standIns) {
      for (const form of formsOf(value)) if (!forms.has(form)) forms.set(form, standIn);
      const expression = literal(value);
      if (expression.startsWith("(")) forms.set(expression, literal(standIn));
    }
    this.#whole = forms;
    const longestFirst = [...forms].sort(([a], [b]) => b.length - a.length || compareText(a, b));
    for (const entry of longestFirst) {
      const prefix = entry[0].slice(0, PREFIX);
      if (prefix.length === PREFIX) this.#byPrefix.set(prefix, [...(this.#byPrefix.get(prefix) ?? []), entry]);
    }
    this.#short = longestFirst
      .filter(([form]) => form.length < PREFIX)
      .map(([form, standIn]) => [shortPattern(form), standIn]);
  }

  apply(text: string): string {
    const whole = this.#whole.get(text);
    if (whole !== undefined) return whole;
    let result = "";
    let copied = 0;
    for (let at = 0; at + PREFIX <= text.length; at++) {
      const found = this.#at(text, at);
      if (!found) continue;
      result += text.slice(copied, at) + found[1];
      copied = at + found[0].length;
      at = copied - 1;
    }
    const replaced = result + text.slice(copied);
    return this.#short.reduce((shown, [pattern, standIn]) => shown.replace(pattern, standIn), replaced);
  }

  #at(text: string, at: number): readonly [form: string, standIn: string] | undefined {
    return this.#byPrefix
      .get(text.slice(at, at + PREFIX))
      ?.find(([form]) => text.startsWith(form, at) && standsAlone(text, at, form));
  }
}

function standsAlone(text: string, at: number, form: string): boolean {
  const end = at + form.length;
  const joinedBefore =
    at > 0 && WORD.test(form.charAt(0)) && WORD.test(text.charAt(at - 1)) && !afterEncoding(text, at);
  const joinedAfter = end < text.length && WORD.test(form.charAt(form.length - 1)) && WORD.test(text.charAt(end));
  return !joinedBefore && !joinedAfter;
}

/** `%2Fweb`: the letters before belong to an encoded sign, not to the word. */
const afterEncoding = (text: string, at: number): boolean => /%[0-9A-F]{2}$/.test(text.slice(Math.max(0, at - 3), at));

function shortPattern(form: string): RegExp {
  const value = form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  return new RegExp(
    `(?<=['"=]|\\b(?:session|role|user|name|function|bucket|key|principal|in|of|by) )${value}(?=['",;)\\s]|$)`,
    "g",
  );
}

/** Lengths at which sentences cut a name off. */
const CUTS = [40, 60, 63, 64, 80, 120, 160, 200, 300];

/** As texts, links, commands and queries contain a value: raw, made visible, cut off, encoded, in a literal. */
function formsOf(value: string): ReadonlySet<string> {
  const shown = visible(value);
  const wellFormed = value.replace(LONE_SURROGATE, "\uFFFD");
  const encoded = encodeURIComponent(wellFormed);
  const forms = new Set([
    value,
    shown,
    shown.trim(),
    value.replaceAll("'", "''"),
    value.replaceAll("'", `'\\''`),
    JSON.stringify(value).slice(1, -1),
    encoded,
    encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`),
    ...CUTS.map((limit) => named(value, limit)),
  ]);
  forms.delete("");
  forms.delete("(empty)");
  return forms;
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
