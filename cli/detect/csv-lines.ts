/** Splits text that comes in pieces into lines, without their ends. A line break inside of quotes ends no line. */
export class Lines {
  #rest = "";

  /** The lines that are complete now. */
  *take(text: string): Generator<string> {
    const whole = this.#rest + text;
    let from = 0;
    let searched = 0;
    for (let end = whole.indexOf("\n"); end >= 0; end = whole.indexOf("\n", searched)) {
      searched = end + 1;
      const line = whole.slice(from, whole.charCodeAt(end - 1) === 13 ? end - 1 : end);
      if (line.includes('"') && !isClosed(line)) continue;
      from = searched;
      yield line;
    }
    this.#rest = whole.slice(from);
  }

  /** What comes after the last line break. */
  rest(): string {
    return this.#rest.endsWith("\r") ? this.#rest.slice(0, -1) : this.#rest;
  }
}

const isClosed = (line: string): boolean => line.split('"').length % 2 === 1;

/** The cells of a line of CSV (RFC 4180). */
export function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  const cells: string[] = [];
  for (let at = 0; at <= line.length; ) {
    let cell = "";
    if (line[at] === '"') {
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') cell += line[at];
        else if (line[at + 1] === '"') cell += line[at++];
        else break;
      }
      at++;
    }
    const end = line.indexOf(",", at);
    cells.push(cell + line.slice(at, end < 0 ? line.length : end));
    if (end < 0) break;
    at = end + 1;
  }
  return cells;
}

export const cellText = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
