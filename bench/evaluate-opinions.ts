/**
 * What a random cut forest adds to the count model, by the product's own code on the labelled counts of the validation
 * split, and how far a forest with another seed agrees with a recorded one:
 *
 *   node bench/evaluate-opinions.ts [--write]
 *
 * A minute and a half. `--write` puts the tables into docs/detection.md.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { parseConfig } from "#core/config/index.ts";
import { parseOrganization } from "#core/context/index.ts";
import { detectAnomalies } from "#core/detection/detect-anomalies.ts";
import type { Anomaly } from "#core/domain/finding.ts";
import type { Signal } from "#core/domain/signal.ts";
import { type EpochMs, HOUR, SECOND, type TimeWindow } from "#core/domain/time.ts";
import type { RollupRow } from "#core/ports/event-store.ts";
import { attachOpinions } from "#core/second-opinion/attach-opinions.ts";
import { distinctFindings } from "#core/second-opinion/distinct-findings.ts";
import { resolveSignals } from "#core/signals/config.ts";
import { createCountEngine } from "#engine/count-engine.ts";
import { openForest } from "#engine/forest/index.ts";
import { specsOf } from "../cli/second-opinion/index.ts";
import { WatchedSeries } from "../cli/second-opinion/watched-series.ts";
import { type LabelledSeries, readCorpus, type Stretch } from "./detection/count-corpus.ts";
import { writeSection } from "./evaluation/document.ts";
import { table } from "./evaluation/markdown.ts";

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });

const SEEDS = [1, 2, 3, 4, 5];
/** Instances launched: whole numbers, and a floor of three. */
const SIGNAL = "instances-launched";

/** What was said of rises: planted ones and others. */
interface Said {
  same: number;
  silent: number;
  alone: number;
}
type Tally = Readonly<Record<"planted" | "others", Said>>;

const config = parseConfig({});
const directory = parseOrganization({ accounts: [] }, config.context);
const corpus = readCorpus("validation");
const timeOf = (at: number): EpochMs => corpus.times[Math.min(at, corpus.times.length - 1)] as EpochMs;
const span: TimeWindow = { start: timeOf(0), end: timeOf(Number.POSITIVE_INFINITY) + corpus.interval };
const signal = {
  ...(resolveSignals(config.signals).find(({ id }) => id === SIGNAL) as Signal),
  thresholds: null,
};
const spec = specsOf(config).find(({ mark }) => mark.signal === SIGNAL && mark.by === "entity");
if (!spec) throw new RangeError(`no detector watches ${SIGNAL}`);

const byKind = new Map<string, Tally>();

async function judge(series: LabelledSeries): Promise<void> {
  const entity = { account: series.id, region: "eu-west-1", principal: null, resource: null };
  const rows = [...series.counts].flatMap((value, at): RollupRow[] =>
    value > 0 ? [{ signal: SIGNAL, entity, bucket: timeOf(at), value }] : [],
  );
  const delivery = { since: span.start, until: span.end, unknown: [] };
  const drafts = await detectAnomalies({
    rollup: streamOf(rows),
    signals: [signal],
    health: { accounts: new Map([[series.id, delivery]]), unknownWindows: [] },
    engine: createCountEngine(),
    config: config.detection,
    span,
    directory,
  });
  const forest = new WatchedSeries(
    spec as NonNullable<typeof spec>,
    { ...entity, of: "region" },
    span.start,
    "realtime",
  );
  forest.judgeTo(span.end, rows, { [series.id]: { closed: span.end, unknown: [] } });
  const detectors = [{ signal: SIGNAL, by: "region" as const, unheard: null, until: span.end }];
  const opinions = {
    detectors: async () => detectors,
    results: () => streamOf(forest.results),
    judged: async (asked: readonly unknown[]) => asked.map(() => true),
  };
  const { anomalies, alone } = await attachOpinions(
    drafts as readonly Anomaly[],
    distinctFindings(forest.results),
    detectors,
    { directory, opinions },
  );
  for (const { window, direction, secondOpinion } of anomalies) {
    if (direction === "rise") count(series, window, secondOpinion?.own?.verdict === "same" ? "same" : "silent");
  }
  for (const { window, actual, expected } of alone) {
    if ((actual ?? 0) - (expected ?? 0) >= signal.floor) count(series, window, "alone");
  }
}

async function* streamOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** True within an hour of a planted anomaly's end; what touches a level shift is neither. */
function count({ kind, anomalies, ignored }: LabelledSeries, window: TimeWindow, said: keyof Said): void {
  const touches = ({ from, to }: Stretch, after: EpochMs): boolean =>
    window.start < timeOf(to) + corpus.interval + after && timeOf(from) < window.end;
  if (window.start < timeOf(corpus.warmUp) || ignored.some((one) => touches(one, 0))) return;
  const tally = byKind.get(kind) ?? { planted: nobody(), others: nobody() };
  byKind.set(kind, tally);
  tally[anomalies.some((one) => touches(one, HOUR)) ? "planted" : "others"][said] += 1;
}

const nobody = (): Said => ({ same: 0, silent: 0, alone: 0 });

function opinionsTable(): string {
  const total: Tally = { planted: nobody(), others: nobody() };
  for (const tally of byKind.values()) {
    for (const group of ["planted", "others"] as const) {
      for (const said of ["same", "silent", "alone"] as const) total[group][said] += tally[group][said];
    }
  }
  const row = (name: string, { planted, others }: Tally): string[] => [
    name,
    `${planted.same} of ${planted.same + planted.silent}`,
    `${others.same} of ${others.same + others.silent}`,
    `${planted.alone} of ${planted.alone + others.alone}`,
  ];
  return table(
    [
      "kind",
      "planted rises that the count model finds: the forest too",
      "others that it finds: the forest too",
      "rises above the floor that the forest finds alone: planted",
    ],
    [...[...byKind].map(([kind, tally]) => row(kind, tally)), row("**all**", total)],
  );
}

const SERIES = ["seasonal", "taxi", "gaps", "sparse"];

/** A recorded run of the reference implementation. */
function goldenRun(series: string, mode: string): { timestamp: EpochMs; value: number; grade: number }[] {
  const file = new URL(`../test/fixtures/rcf-golden/${series}.${mode}.csv.gz`, import.meta.url);
  const [, ...lines] = gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [ts, value, , , grade] = line.split(",");
    return { timestamp: Number(ts) * SECOND, value: Number(value), grade: Number(grade) };
  });
}

interface Episode {
  readonly from: EpochMs;
  to: EpochMs;
}

function agreementTable(): string {
  const all = { recorded: [0, 0], again: [0, 0] };
  const rows = (["historical", "realtime"] as const).flatMap((mode) =>
    SERIES.map((series) => {
      const run = goldenRun(series, mode);
      const times = run.map(({ timestamp }) => timestamp);
      const there = episodesOf(
        run.map(({ grade }) => grade),
        times,
      );
      const ours = SEEDS.map((seed) => {
        const judgements = openForest({ mode, seed }).observeSeries(
          times,
          run.map(({ value }) => value),
        );
        return episodesOf(
          judgements.map((judgement) => judgement?.grade ?? 0),
          times,
        );
      });
      const recorded = sumOf(ours.map((one) => shared(there, one)));
      const again = sumOf(
        ours.flatMap((one) => ours.filter((other) => other !== one).map((other) => shared(one, other))),
      );
      all.recorded = sumOf([all.recorded, recorded]);
      all.again = sumOf([all.again, again]);
      return [`${series}, ${mode}`, String(there.length), share(recorded), share(again)];
    }),
  );
  return table(
    ["series", "episodes of the recorded run", "found with other seeds", "of one such run found by another"],
    [...rows, ["**all**", "", share(all.recorded), share(all.again)]],
  );
}

/** What lies within an hour, or three values where they are further apart, is one thing. */
function episodesOf(grades: readonly number[], times: readonly EpochMs[]): readonly Episode[] {
  const apart = Math.max(HOUR, 3 * ((times[1] as EpochMs) - (times[0] as EpochMs)));
  const episodes: Episode[] = [];
  for (const [at, grade] of grades.entries()) {
    if (!(grade > 0)) continue;
    const time = times[at] as EpochMs;
    const last = episodes.at(-1);
    if (last && time - last.to <= apart) last.to = time;
    else episodes.push({ from: time, to: time });
  }
  return episodes;
}

/** How many of one run's episodes another has, at most an hour apart; and how many there are. */
const shared = (of: readonly Episode[], another: readonly Episode[]): number[] => [
  of.filter(({ from, to }) => another.some((other) => other.from <= to + HOUR && from <= other.to + HOUR)).length,
  of.length,
];

const sumOf = (all: readonly (readonly number[])[]): number[] =>
  [0, 1].map((at) => all.reduce((sum, one) => sum + (one[at] as number), 0));

const share = ([some = 0, of = 0]: readonly number[]): string => `${Math.round((100 * some) / of)} %`;

for (const series of corpus.series) await judge(series);
const parts = [opinionsTable(), agreementTable()];
console.log(parts.join("\n\n"));
if (values.write) writeSection("opinions", parts.join("\n\n"));
