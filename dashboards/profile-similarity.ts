import { profileQuery } from "./anomaly-profiles.ts";
import type { Chart } from "./chart.ts";
import { calculate, flatten, keep } from "./query.ts";
import { shade, TEXT } from "./theme.ts";

export interface SimilarityRow {
  readonly a: string;
  readonly b: string;
  /** Cosine of the two accounts' incidents by kind of finding: 1 where they have the same mixture, 0 where nothing in common. */
  readonly similarity: number;
}

export const profileSimilarity: Chart<SimilarityRow> = {
  id: "profile-similarity",
  title: "Accounts with similar anomaly profiles",
  description:
    "How alike the mixtures of findings of two accounts are (cosine): 1 is the same mixture, however many incidents; pairs with nothing in common are left out.",
  data: "similarity",
  fields: ["a", "b", "similarity"],
  specification: {
    width: { step: 34 },
    height: { step: 22 },
    encoding: {
      x: {
        field: "b",
        type: "nominal",
        title: null,
        sort: "ascending",
        axis: { labelAngle: -45, labelLimit: 140, ticks: false },
      },
      y: { field: "a", type: "nominal", title: null, sort: "ascending", axis: { labelLimit: 140, ticks: false } },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 2, color: "#2f6fb0" },
        encoding: {
          opacity: shade("similarity"),
          tooltip: [
            { field: "a", type: "nominal", title: "account" },
            { field: "b", type: "nominal", title: "like" },
            { field: "similarity", type: "quantitative", format: ".2f" },
          ],
        },
      },
      {
        mark: TEXT,
        encoding: { text: { field: "similarity", type: "quantitative", format: ".1f" } },
      },
    ],
  },
  query: {
    ...profileQuery,
    transform: [
      ...profileQuery.transform,
      calculate("square", "datum.incidents * datum.incidents"),
      { joinaggregate: [{ op: "sum", field: "square", as: "squares" }], groupby: ["account"] },
      calculate("weight", "datum.incidents / sqrt(datum.squares)"),
      { joinaggregate: [{ op: "values", field: "account", as: "everybody" }], groupby: ["finding"] },
      flatten("everybody", "other"),
      calculate("a", "datum.account"),
      calculate("b", "datum.other.account"),
      keep("datum.a !== datum.b"),
      calculate("common", "datum.weight * datum.other.weight"),
      { aggregate: [{ op: "sum", field: "common", as: "similarity" }], groupby: ["a", "b"] },
    ],
  },
};
