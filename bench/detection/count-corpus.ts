import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const FOLDER = new URL("../../test/fixtures/counts/", import.meta.url);

/** Buckets of a series: first and last one, both included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface PlantedAnomaly extends Stretch {
  readonly type: string;
}

export interface LabelledSeries {
  readonly id: string;
  readonly kind: string;
  readonly counts: Float64Array;
  readonly anomalies: readonly PlantedAnomaly[];
  /** Level shifts: what is said of them counts neither way. */
  readonly ignored: readonly Stretch[];
  /** What is said here is not looked at. */
  readonly blank?: readonly Stretch[];
}

export interface CountCorpus {
  readonly times: Float64Array;
  /** Milliseconds. */
  readonly interval: number;
  /** Buckets at the beginning that are not scored. */
  readonly warmUp: number;
  /** Share of points that may lie above a threshold: below it everything is one episode. Default 1. */
  readonly most?: number;
  readonly series: readonly LabelledSeries[];
}

interface Labels {
  readonly intervalMinutes: number;
  readonly warmUpBuckets: number;
  readonly series: readonly {
    readonly id: string;
    readonly kind: string;
    readonly anomalies: readonly { readonly start: string; readonly end: string; readonly type: string }[];
    readonly ignore: readonly { readonly start: string; readonly end: string }[];
  }[];
}

/** A split of the count corpus, see the notices of the fixtures. */
export function readCorpus(split: "validation" | "test"): CountCorpus {
  const labels = JSON.parse(readFileSync(new URL(`${split}.labels.json`, FOLDER), "utf8")) as Labels;
  const text = gunzipSync(readFileSync(new URL(`${split}.csv.gz`, FOLDER))).toString("utf8");
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const ids = header.split(",").slice(1);
  const times = new Float64Array(lines.length);
  const columns = new Map(ids.map((id) => [id, new Float64Array(lines.length)]));
  for (const [row, line] of lines.entries()) {
    const [time = "", ...cells] = line.split(",");
    times[row] = Date.parse(time);
    for (const [at, id] of ids.entries()) (columns.get(id) as Float64Array)[row] = Number(cells[at]);
  }
  const interval = labels.intervalMinutes * 60_000;
  const stretch = ({ start, end }: { readonly start: string; readonly end: string }): Stretch => {
    const at = (time: string): number => Math.round((Date.parse(time) - (times[0] as number)) / interval);
    return { from: at(start), to: at(end) };
  };
  return {
    times,
    interval,
    warmUp: labels.warmUpBuckets,
    series: labels.series.map(({ id, kind, anomalies, ignore }) => ({
      id,
      kind,
      counts: columns.get(id) as Float64Array,
      anomalies: anomalies.map((anomaly) => ({ ...stretch(anomaly), type: anomaly.type })),
      ignored: ignore.map(stretch),
    })),
  };
}
