import type { Severity } from "#core/domain/finding.ts";
import type { Chart } from "./chart.ts";
import { incidentCells } from "./incident-cells.ts";
import { keep } from "./query.ts";
import { severityOrCalmColour } from "./severity.ts";
import { TEXT } from "./theme.ts";

export interface AccountRegionRow {
  readonly account: string;
  /** `global` for global services, `*` for findings that span regions. */
  readonly region: string;
  readonly severity: Severity | "none";
  readonly incidents: number;
}

const MOST_REGIONS = 60;

export const accountRegions: Chart<AccountRegionRow> = {
  id: "account-regions",
  title: "By account and region",
  description:
    "The most severe incident of an account in a region, with the number of incidents; pale where calls were logged and nothing was found, empty where no call was logged.",
  data: "regions",
  fields: ["account", "region", "severity", "incidents"],
  specification: {
    width: { step: 44 },
    height: { step: 20 },
    encoding: {
      x: {
        field: "region",
        type: "nominal",
        title: null,
        sort: "ascending",
        axis: { labelAngle: -45, labelLimit: 140, ticks: false },
      },
      y: { field: "account", type: "nominal", title: null, sort: null, axis: { labelLimit: 140, ticks: false } },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 2 },
        encoding: {
          color: severityOrCalmColour,
          tooltip: [
            { field: "account", type: "nominal" },
            { field: "region", type: "nominal" },
            { field: "severity", type: "nominal" },
            { field: "incidents", type: "quantitative" },
          ],
        },
      },
      {
        transform: [keep("datum.incidents > 0")],
        mark: { ...TEXT, fontWeight: "bold" },
        encoding: { text: { field: "incidents", type: "quantitative" } },
      },
    ],
  },
  query: incidentCells({
    incidentField: "account_regions",
    logged: { terms: { field: "signal_region", size: MOST_REGIONS } },
    as: "region",
    columns: [],
  }),
};
