import { accountComparison } from "./account-comparison.ts";
import { accountCorrelation } from "./account-correlation.ts";
import { accountGraph } from "./account-graph.ts";
import { accountRegions } from "./account-regions.ts";
import { anomalyProfiles } from "./anomaly-profiles.ts";
import type { Chart } from "./chart.ts";
import { coverage } from "./coverage.ts";
import { freshness } from "./freshness.ts";
import { heatMap } from "./heat-map.ts";
import { incidentTrend } from "./incident-trend.ts";
import { loggedKinds } from "./logged-kinds.ts";
import { profileSimilarity } from "./profile-similarity.ts";
import { ranking } from "./ranking.ts";
import { signalTrend } from "./signal-trend.ts";
import { spendMeter } from "./spend-meter.ts";
import { typeComparison } from "./type-comparison.ts";

/** Every chart that a dashboard can fill, whatever its rows are. */
export const DASHBOARD_CHARTS = {
  heatMap,
  ranking,
  incidentTrend,
  signalTrend,
  typeComparison,
  accountComparison,
  accountCorrelation,
  accountGraph,
  anomalyProfiles,
  profileSimilarity,
  accountRegions,
  spendMeter,
  coverage,
  freshness,
  loggedKinds,
} as const satisfies Readonly<Record<string, Chart<never>>>;
