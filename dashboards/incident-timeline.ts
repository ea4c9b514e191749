import type { IncidentTimelineRow } from "#core/report/rows.ts";
import { type Chart, SERIES_COLOURS } from "./chart.ts";

export const incidentTimeline: Chart<IncidentTimelineRow> = {
  id: "incident-timeline",
  title: "What happened against what was expected",
  description: "The count as it was (line) and the band the model expected (grey), with the incident's window marked.",
  data: "timeline",
  fields: ["time", "actual", "lower", "upper", "inWindow"],
  specification: {
    width: 620,
    height: 140,
    encoding: {
      x: {
        field: "time",
        type: "temporal",
        scale: { type: "utc" },
        title: null,
        axis: { format: "%b %-d, %H:%M", tickCount: 6, labelOverlap: true },
      },
    },
    layer: [
      {
        mark: { type: "area", color: SERIES_COLOURS.expected, opacity: 0.3, interpolate: "step-after" },
        encoding: { y: { field: "lower", type: "quantitative", title: null }, y2: { field: "upper" } },
      },
      {
        mark: { type: "line", color: SERIES_COLOURS.actual, interpolate: "step-after", strokeWidth: 1.5 },
        encoding: { y: { field: "actual", type: "quantitative" } },
      },
      {
        transform: [{ filter: "datum.inWindow" }],
        mark: { type: "point", filled: true, color: "#c2274b", size: 28, opacity: 1 },
        encoding: { y: { field: "actual", type: "quantitative" } },
      },
    ],
  },
  // The expected band is the model's: no query can tell it.
  query: null,
};
