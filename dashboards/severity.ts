import { SEVERITIES } from "#core/domain/finding.ts";
import { CALM, SEVERITY_COLOURS } from "./chart.ts";
import { calculate } from "./query.ts";

/** `severity_rank` of an aggregation to the severity's name; `none` below the first. */
export const severityOf = (as: string, rank: string): Readonly<Record<string, unknown>> =>
  calculate(as, `${rank} < 0 ? 'none' : peek(slice(${JSON.stringify(SEVERITIES)}, 0, ${rank} + 1))`);

const LEGEND = { orient: "top", direction: "horizontal" } as const;

export const severityColour = {
  field: "severity",
  type: "ordinal",
  title: null,
  scale: { domain: [...SEVERITIES], range: SEVERITIES.map((severity) => SEVERITY_COLOURS[severity]) },
  legend: LEGEND,
} as const;

/** With the calm cells, in which there was something and nothing to say of it. */
export const severityOrCalmColour = {
  ...severityColour,
  scale: {
    domain: ["none", ...SEVERITIES],
    range: [CALM, ...SEVERITIES.map((severity) => SEVERITY_COLOURS[severity])],
  },
} as const;
