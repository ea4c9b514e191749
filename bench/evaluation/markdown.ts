/** A GitHub table; cells may hold anything, since what would end a cell or a row is escaped. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

const cell = (content: string | number): string =>
  String(content)
    .replaceAll("|", "\\|")
    .replaceAll(/[\r\n]+/g, " ");

export const percent = (part: number, of: number): string => (of === 0 ? "-" : `${((100 * part) / of).toFixed(0)} %`);

/** `a, b and 3 more` */
export function some(names: readonly string[], most: number): string {
  const left = names.length - most;
  return left > 0 ? `${names.slice(0, most).join(", ")} and ${left} more` : names.join(", ");
}
