import { stripVTControlCharacters, styleText } from "node:util";

export interface TextOptions {
  /** Columns of the terminal; lines are kept between 60 and 120. */
  readonly width: number;
  /** Whether to colour, which the caller decides (a terminal, NO_COLOR, --format). */
  readonly colour: boolean;
}

export type Style = Parameters<typeof styleText>[0];

const NARROWEST = 60;
const WIDEST = 120;

/** Lays out lines for a terminal. Give it text in which everything is visible already (see core/messages/visible.ts). */
export class Terminal {
  readonly width: number;
  readonly #colour: boolean;

  constructor({ width, colour }: TextOptions) {
    this.width = Math.min(WIDEST, Math.max(NARROWEST, width));
    this.#colour = colour;
  }

  style(style: Style, text: string): string {
    // without validateStream newer Nodes look at stdout themselves, and the same input would give other bytes
    return this.#colour ? styleText(style, text, { validateStream: false }) : text;
  }

  /**
   * Words in lines of the width; a word that is longer stands alone, unbroken, so that it can be copied. `first` leads
   * the first line, and the other lines are indented to match it or by `indent`.
   */
  wrap(text: string, first = "", indent = columns(first), style: Style | null = null): string {
    const lines: string[] = [];
    let line = "";
    let room = this.width - columns(first);
    for (const word of text.split(" ")) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line !== "" && columns(longer) > room) {
        lines.push(line);
        line = word;
        room = this.width - indent;
      } else line = longer;
    }
    lines.push(line);
    return lines
      .map(
        (content, at) =>
          `${at === 0 ? first : " ".repeat(indent)}${style === null ? content : this.style(style, content)}`,
      )
      .join("\n");
  }

  rule(title: string): string {
    const rest = Math.max(3, this.width - columns(title) - 4);
    return `${this.style("dim", "--")} ${this.style("bold", title)} ${this.style("dim", "-".repeat(rest))}`;
  }
}

/** Letters that take two columns: East Asian wide ones and pictures. Marks take none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a terminal needs for the text; our own colours need none. */
export function columns(styled: string): number {
  const text = stripVTControlCharacters(styled);
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
