import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const FOLDER = new URL("../../test/fixtures/nab/", import.meta.url);

export const NAB_CATEGORIES = [
  "artificialNoAnomaly",
  "artificialWithAnomaly",
  "realTraffic",
  "realTweets",
  "realAdExchange",
  "realKnownCause",
  "realAWSCloudwatch",
] as const;
export type NabCategory = (typeof NAB_CATEGORIES)[number];

export interface NabSeries {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Rows, first and last of each window, both included. */
  readonly windows: readonly { readonly from: number; readonly to: number }[];
}

/** Seconds are all that the corpus has; zones it has not. */
const timeOf = (text: string): number => Date.parse(`${text.slice(0, 19).replace(" ", "T")}Z`);

const linesOf = (path: string): string[][] =>
  gunzipSync(readFileSync(new URL(path, FOLDER)))
    .toString("utf8")
    .trimEnd()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));

/** The series of a category of the Numenta Anomaly Benchmark, with its combined windows. */
export function readNab(category: NabCategory): NabSeries[] {
  const windows = JSON.parse(readFileSync(new URL("windows.json", FOLDER), "utf8")) as Record<string, string[][]>;
  return readdirSync(new URL(`${category}/`, FOLDER))
    .sort()
    .map((file) => {
      const lines = linesOf(`${category}/${file}`);
      const times = Float64Array.from(lines, ([time = ""]) => timeOf(time));
      const name = file.replace(/\.csv\.gz$/, "");
      return {
        category,
        name,
        times,
        values: Float64Array.from(lines, ([, value]) => Number(value)),
        windows: (windows[`${category}/${name}.csv`] ?? []).map(([from = "", to = ""]) => ({
          from: times.indexOf(timeOf(from)),
          to: times.lastIndexOf(timeOf(to)),
        })),
      };
    });
}

/** What a detector published for the series of realAWSCloudwatch, in their order. */
export function readPublished(detector: string, series: readonly NabSeries[]): Float64Array[] {
  return series.map(({ name }) =>
    Float64Array.from(linesOf(`results/${detector}/${detector}_${name}.csv.gz`), ([, , score]) => Number(score)),
  );
}
