import { TrailwatchError } from "#core/domain/errors.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { SeriesJudgement } from "#engine/series/detector.ts";
import { cellsOf, cellText } from "./csv-lines.ts";
import { PacedSeries } from "./paced-series.ts";
import { timestampOf } from "./timestamp.ts";

/** What follows the timestamp and the entity columns. */
const RESULTS = ["value", "expected", "lower", "upper", "score", "grade", "confidence", "anomaly"] as const;
const UNJUDGED = ",,,0,0,0,false";

export interface TableOptions {
  readonly interval: EpochMs | undefined;
  /** Columns that tell series apart; left out, all but timestamp and value. */
  readonly entity: readonly string[] | undefined;
  readonly counts: boolean | undefined;
  readonly forest: boolean | undefined;
}

interface Columns {
  readonly timestamp: number;
  readonly value: number;
  readonly entity: readonly number[];
}

/** From lines of CSV to lines of CSV: the header first, then a row for each row, of whatever series it is. */
export class Table {
  readonly #options: TableOptions;
  readonly #name: string;
  readonly #series = new Map<string, PacedSeries>();
  #columns: Columns | null = null;
  /** Series often have the same times. */
  #lastText = "";
  #lastTime = Number.NaN;
  #points = 0;
  #anomalies = 0;
  #untimed = 0;
  #unknown = 0;

  constructor(options: TableOptions, name: string) {
    this.#options = options;
    this.#name = name;
  }

  get hasHeader(): boolean {
    return this.#columns !== null;
  }

  /** The line to write for one that was read; `null` for an empty one. */
  read(line: string): string | null {
    if (line.trim() === "") return null;
    const cells = cellsOf(line);
    if (this.#columns) return this.#row(cells, this.#columns);
    const names = cells.map((cell) => cell.replace(/^\uFEFF/, "").trim());
    this.#columns = this.#find(names);
    const { timestamp, entity } = this.#columns;
    return [timestamp, ...entity]
      .map((at) => cellText(names[at] as string))
      .join(",")
      .concat(",", RESULTS.join(","));
  }

  summary(): string {
    const some = (count: number, what: string): string => (count === 0 ? "" : `; ${count} ${what}`);
    return (
      `${this.#points} points of ${this.#series.size} series, ${this.#anomalies} anomalies` +
      some(this.#unknown, "without a value") +
      some(this.#untimed, "without a time that can be read")
    );
  }

  #find(names: readonly string[]): Columns {
    const lower = names.map((name) => name.toLowerCase());
    const timestamp = lower.indexOf("timestamp");
    const value = lower.indexOf("value");
    if (timestamp < 0 || value < 0) {
      throw new TrailwatchError(
        "USAGE",
        `${this.#name} has the columns ${names.join(", ")}, but needs timestamp and value`,
        "Write the names of its columns in the first line: timestamp,value and, where there are several series, what tells them apart.",
      );
    }
    const others = names.map((_, at) => at).filter((at) => at !== timestamp && at !== value);
    const entity = this.#options.entity?.map((name) => this.#column(names, name)) ?? others;
    const taken = entity.find((at) => RESULTS.some((result) => result === names[at]));
    if (taken !== undefined) {
      throw new TrailwatchError(
        "USAGE",
        `${this.#name} has a column ${names[taken]}, as what is written has`,
        "Rename the column, or name with --entity those that tell series apart.",
      );
    }
    return { timestamp, value, entity };
  }

  #column(names: readonly string[], name: string): number {
    const at = names.indexOf(name);
    if (at >= 0) return at;
    throw new TrailwatchError(
      "USAGE",
      `${this.#name} has no column ${name}, but ${names.join(", ")}`,
      "Name with --entity columns that are there.",
    );
  }

  #row(cells: readonly string[], { timestamp, value, entity }: Columns): string {
    let key = "";
    let begin = cellText(cells[timestamp] ?? "");
    for (const at of entity) {
      const cell = cellText(cells[at] ?? "");
      key += `,${cell}`;
      begin += `,${cell}`;
    }
    const number = numberOf(cells[value] ?? "");
    const time = this.#timeOf(cells[timestamp] ?? "");
    this.#points++;
    if (number === null) this.#unknown++;
    if (Number.isNaN(time)) this.#untimed++;
    const judgement = Number.isNaN(time) ? null : this.#of(key).observe(time, number);
    if (judgement?.anomaly) this.#anomalies++;
    return `${begin},${number ?? ""},${judgement ? resultOf(judgement) : UNJUDGED}`;
  }

  #timeOf(text: string): EpochMs {
    if (text === this.#lastText) return this.#lastTime;
    this.#lastText = text;
    this.#lastTime = timestampOf(text.trim());
    return this.#lastTime;
  }

  #of(key: string): PacedSeries {
    let series = this.#series.get(key);
    if (!series) {
      const { interval, counts, forest } = this.#options;
      series = new PacedSeries(interval, { ...(counts && { counts }), ...(forest && { forest }) });
      this.#series.set(key, series);
    }
    return series;
  }
}

/** `null` for what is no finite number. */
function numberOf(cell: string): number | null {
  const text = cell.trim();
  const number = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}

function resultOf({ expected, lower, upper, score, grade, confidence, anomaly }: SeriesJudgement): string {
  const said = score === 0 ? "0,0" : `${fixed(score)},${fixed(grade)}`;
  return `${short(expected)},${short(lower)},${short(upper)},${said},${fixed(confidence)},${anomaly}`;
}

/** Four decimals. */
const fixed = (number: number): number => Math.round(number * 1e4) / 1e4;

/** Six digits. */
function short(number: number | null): string {
  if (number === null) return "";
  if (Number.isInteger(number) && Math.abs(number) < 1e6) return String(number);
  const decimals = 5 - Math.floor(Math.log10(Math.abs(number)));
  if (decimals < 0 || decimals > 15) return String(+number.toPrecision(6));
  const factor = POWERS[decimals] as number;
  return String(Math.round(number * factor) / factor);
}

const POWERS = Array.from({ length: 16 }, (_, power) => Number(`1e${power}`));
