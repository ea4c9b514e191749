import { CountModel } from "#engine/count-model.ts";
import { DEFAULT_PARAMETERS } from "#engine/parameters.ts";
import { upperTailScore } from "#engine/tail.ts";
import { table } from "../evaluation/markdown.ts";
import type { CountCorpus, LabelledSeries } from "./count-corpus.ts";

const TAILS = [0.5, 0.1, 0.01, 0.001, 0.0001, 0.00001];
/** Buckets before and after an anomaly or a shift that say nothing about what is usual. */
const MARGIN = 36;

/**
 * How often single counts lie in the tail that the count model gives them, of what was not planted. A tail of a whole
 * number is one of several; a draw between it and the next (seeded) makes each as likely as it says.
 */
export function reliabilityTable(corpus: CountCorpus): string {
  const kinds = [...new Set(corpus.series.map(({ kind }) => kind))];
  const columns = kinds.map((kind) =>
    shares(
      corpus,
      corpus.series.filter((series) => series.kind === kind),
    ),
  );
  const rows = TAILS.map((tail, at) => {
    const observed = columns.map(({ within, buckets }) => (within[at] as number) / buckets);
    const all = columns.reduce((sum, { within }) => sum + (within[at] as number), 0);
    const buckets = columns.reduce((sum, column) => sum + column.buckets, 0);
    return [tail, share(all / buckets), ...observed.map(share)];
  });
  return table(["predicted tail", "observed", ...kinds], rows);
}

const share = (value: number): string => (value === 0 ? "0" : value.toPrecision(2));

function shares(corpus: CountCorpus, series: readonly LabelledSeries[]) {
  const within = new Float64Array(TAILS.length);
  let buckets = 0;
  let state = 1;
  for (const { counts, anomalies, ignored } of series) {
    const options = { bucket: corpus.interval, direction: "both", floor: 0 } as const;
    const model = new CountModel(DEFAULT_PARAMETERS, options);
    const left = [...anomalies, ...ignored];
    for (const [i, count] of counts.entries()) {
      model.observe(corpus.times[i] as number, count);
      if (i < corpus.warmUp || left.some(({ from, to }) => i >= from - MARGIN && i <= to + MARGIN)) continue;
      const { mean, dispersion } = model.usual();
      const atLeast = 10 ** -upperTailScore(count, mean, dispersion);
      const more = 10 ** -upperTailScore(count + 1, mean, dispersion);
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const tail = more + (state / 2 ** 32) * (atLeast - more);
      for (const [at, limit] of TAILS.entries()) if (tail <= limit) within[at] = (within[at] as number) + 1;
      buckets++;
    }
  }
  return { within, buckets };
}
