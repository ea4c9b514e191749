import type { CorrelationRow } from "#core/report/rows.ts";
import { correlationQuery, howCorrelated, wayColour } from "./account-correlation.ts";
import type { Chart } from "./chart.ts";
import { calculate, keep } from "./query.ts";
import { TEXT } from "./theme.ts";

/**
 * Weaker ones are seen in the matrix; as lines they would cover the others. Over the 72 hours that a pair must share,
 * chance alone hardly reaches this.
 */
const WEAKEST = 0.3;
const STRONGEST = 0.8;

const onCircle = (axis: "x" | "y", account: "a" | "b"): Readonly<Record<string, unknown>> =>
  calculate(
    `${axis}_${account}`,
    `${axis === "x" ? "sin" : "cos"}(2 * PI * (datum.place_${account} - 1) / datum.accounts)`,
  );

const place = (account: "a" | "b"): Readonly<Record<string, unknown>> => ({
  window: [{ op: "dense_rank", as: `place_${account}` }],
  sort: [{ field: account }],
});

/** Far enough for a name of usual length, on both sides of the circle. */
const X = { type: "quantitative", axis: null, scale: { domain: [-2, 2] } } as const;
const Y = { type: "quantitative", axis: null, scale: { domain: [-1.15, 1.15] } } as const;

const names = (side: "left" | "right"): Readonly<Record<string, unknown>> => ({
  transform: [
    { aggregate: [{ op: "count", as: "pairs" }], groupby: ["a", "x_a", "y_a"] },
    keep(side === "left" ? "datum.x_a < -0.001" : "datum.x_a >= -0.001"),
  ],
  mark: {
    ...TEXT,
    align: side === "left" ? "right" : "left",
    dx: side === "left" ? -9 : 9,
    limit: 150,
  },
  encoding: { x: { field: "x_a", ...X }, y: { field: "y_a", ...Y }, text: { field: "a", type: "nominal" } },
});

export const accountGraph: Chart<CorrelationRow> = {
  id: "account-graph",
  title: "Accounts that move together, as a graph",
  description:
    "A line joins two accounts whose hourly changes have a rank correlation of 0.3 or more, either way; the stronger, the thicker.",
  data: "correlation",
  fields: ["a", "b", "correlation"],
  specification: {
    width: 620,
    height: 420,
    transform: [
      place("a"),
      place("b"),
      { joinaggregate: [{ op: "max", field: "place_a", as: "accounts" }] },
      onCircle("x", "a"),
      onCircle("y", "a"),
      onCircle("x", "b"),
      onCircle("y", "b"),
      ...howCorrelated,
    ],
    layer: [
      {
        transform: [keep(`datum.a < datum.b && datum.strength >= ${WEAKEST}`)],
        mark: { type: "rule", opacity: 0.75, strokeCap: "round" },
        encoding: {
          x: { field: "x_a", ...X },
          y: { field: "y_a", ...Y },
          x2: { field: "x_b" },
          y2: { field: "y_b" },
          strokeWidth: {
            field: "strength",
            type: "quantitative",
            scale: { domain: [WEAKEST, STRONGEST], range: [1, 7], clamp: true },
            legend: null,
          },
          color: { ...wayColour, legend: { ...wayColour.legend, symbolType: "stroke" } },
          tooltip: [
            { field: "a", type: "nominal", title: "account" },
            { field: "b", type: "nominal", title: "moves with" },
            { field: "correlation", type: "quantitative", format: ".2f" },
          ],
        },
      },
      {
        transform: [{ aggregate: [{ op: "count", as: "pairs" }], groupby: ["a", "x_a", "y_a"] }],
        mark: { type: "point", filled: true, size: 70, opacity: 1, color: "#2f6fb0" },
        encoding: {
          x: { field: "x_a", ...X },
          y: { field: "y_a", ...Y },
          tooltip: { field: "a", type: "nominal", title: "account" },
        },
      },
      names("left"),
      names("right"),
    ],
  },
  query: correlationQuery,
};
