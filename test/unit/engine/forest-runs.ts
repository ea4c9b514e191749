import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { SECOND } from "#core/domain/time.ts";
import type { ForestJudgement } from "#engine/forest/index.ts";

export const SERIES = ["seasonal", "taxi", "gaps", "sparse"] as const;

/** What the reference implementation answered to one value. */
export interface GoldenRow {
  readonly timestamp: number;
  readonly value: number;
  readonly judgement: ForestJudgement;
}

/** A recorded run: seed 42, 50 trees, 256 samples, shingle 8. */
export function goldenRun(series: string, mode: "historical" | "realtime"): readonly GoldenRow[] {
  const path = new URL(`../../fixtures/rcf-golden/${series}.${mode}.csv.gz`, import.meta.url);
  const [, ...lines] = gunzipSync(readFileSync(path)).toString().trimEnd().split("\n");
  return lines.map((line) => {
    const [ts, value, score, threshold, grade, confidence, expected, relativeIndex, mode, attribution] =
      line.split(",");
    const parts = (attribution as string).split(" ").map((part) => part.split(":").map(Number));
    return {
      timestamp: Number(ts) * SECOND,
      value: Number(value),
      judgement: {
        score: Number(score),
        threshold: Number(threshold),
        grade: Number(grade),
        confidence: Number(confidence),
        mode: mode as ForestJudgement["mode"],
        relativeIndex: Number(relativeIndex),
        expected: expected === "" ? null : Number(expected),
        attribution:
          attribution === ""
            ? null
            : { high: parts.map(([high]) => high as number), low: parts.map(([, low]) => low as number) },
      },
    };
  });
}
