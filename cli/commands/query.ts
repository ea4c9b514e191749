import Table from "cli-table3";
import { type QueryAnswer, type QueryValue, runQuery } from "#adapters/duckdb/sql-query.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";
import { visible } from "#core/messages/visible.ts";
import { countArgument } from "../arguments.ts";
import { workspace } from "../workspace.ts";

interface QueryOptions {
  readonly out: string;
  readonly format: "table" | "json" | "ndjson" | "csv";
  readonly limit: string;
}

export async function query(sql: string, options: QueryOptions): Promise<void> {
  const answer = await runQuery(workspace(options.out).store, sql, { limit: countArgument("--limit", options.limit) });
  process.stdout.write(render(answer, options.format));
  if (answer.truncated)
    process.stderr.write(
      `only the first ${answer.rows.length} rows: --limit ${Number(options.limit) * 10} shows more\n`,
    );
}

function render(answer: QueryAnswer, format: QueryOptions["format"]): string {
  switch (format) {
    case "json":
      return `${escapeInvisible(JSON.stringify(objects(answer), null, 2))}\n`;
    case "ndjson":
      return objects(answer)
        .map((row) => `${escapeInvisible(JSON.stringify(row))}\n`)
        .join("");
    case "csv":
      return [answer.columns.map(({ name }) => name), ...answer.rows]
        .map((row) => `${row.map(csvCell).join(",")}\n`)
        .join("");
    case "table": {
      const table = new Table({
        head: answer.columns.map(({ name }) => visible(name)),
        style: { head: [], border: [] },
      });
      for (const row of answer.rows) table.push(row.map(cellText));
      return `${table.toString()}\n`;
    }
  }
}

const objects = ({ columns, rows }: QueryAnswer): Record<string, QueryValue>[] =>
  rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])));

const plain = (value: QueryValue): string =>
  value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** A terminal obeys what it is shown. */
const cellText = (value: QueryValue): string => visible(plain(value));

/**
 * RFC 4180; a leading sign that a spreadsheet would take for a formula is quoted as text. A file gets values as they
 * are, a terminal gets them visible.
 */
function csvCell(value: QueryValue): string {
  const whole = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : plain(value);
  const text = process.stdout.isTTY ? visible(whole) : whole;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
