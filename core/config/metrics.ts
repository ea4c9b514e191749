/** Units as CloudWatch has them. */
export type MetricUnit = "Count" | "Seconds" | "Milliseconds" | "None";

export interface MetricDefinition {
  /** Its name in CloudWatch. */
  readonly name: string;
  readonly unit: MetricUnit;
  /** Which statistic means something. */
  readonly statistic: "Sum" | "Maximum" | "Average";
  /** What it says, for dashboards and the guide to troubleshooting. */
  readonly description: string;
}

/** Where all metrics of deployments are; each has the dimension {@link STAGE_DIMENSION} alone. */
export const METRIC_NAMESPACE = "Trailwatch";
export const STAGE_DIMENSION = "stage";

const count = (name: string, description: string): MetricDefinition => ({
  name,
  unit: "Count",
  statistic: "Sum",
  description,
});
const seconds = (
  name: string,
  description: string,
  statistic: MetricDefinition["statistic"] = "Maximum",
): MetricDefinition => ({
  name,
  unit: "Seconds",
  statistic,
  description,
});

/** What the functions say of themselves. Alarms, the dashboard and the functions read the same definitions. */
export const METRICS = {
  recordsRead: count("RecordsRead", "Records that came in, whatever became of them."),
  eventsIndexed: count("EventsIndexed", "Events stored that were not there before."),
  eventsRepeated: count(
    "EventsRepeated",
    "Events that were there already: deliveries and replays come more than once.",
  ),
  recordsQuarantined: count("RecordsQuarantined", "Records kept apart, with the reason: broken, too large, refused."),
  batchesFailed: count("BatchesFailed", "Invocations that stored less than they were given, and are given it again."),
  deliveryDelay: seconds("DeliveryDelay", "From an event to its arrival here: CloudTrail's part.", "Average"),
  indexDelay: seconds("IndexDelay", "From an event until it was stored.", "Average"),
  rollUps: count("RollUps", "Runs of the roll-up that came to their end."),
  rollUpAge: seconds(
    "RollUpAge",
    "How far the oldest open account of the roll-up is behind, where nothing is to be caught up on.",
  ),
  catchUpLag: seconds(
    "CatchUpLag",
    "How far what is caught up on in steps (after a backfill, or hours in which nothing ran) is behind; 0 where nothing is to be.",
  ),
  findings: count("Findings", "Sets of findings that are new or changed."),
  examined: count("Examined", "Entities whose counts were judged from the beginning, because something departed."),
  examinationsDeferred: count("ExaminationsDeferred", "Entities that have to wait for the next run to be judged."),
  silentDetectors: {
    name: "SilentDetectors",
    unit: "Count",
    statistic: "Maximum",
    description: "Detectors in the cluster that judge nothing, or fail, though there are roll-ups for them.",
  },
  incidentsOpened: count("IncidentsOpened", "Incidents that were opened."),
  incidentsUpdated: count("IncidentsUpdated", "Incidents that changed."),
  incidentsUnsaid: {
    name: "IncidentsUnsaid",
    unit: "Count",
    statistic: "Maximum",
    description: "Incidents of which there is something to say that was not said yet.",
  },
  messagesSent: count("MessagesSent", "Messages that a channel took."),
  messagesFailed: count("MessagesFailed", "Messages that a channel did not take; they are tried again."),
  pageDelay: seconds("PageDelay", "From the last event of an incident to the message about it.", "Average"),
  directoryAge: seconds("DirectoryAge", "Age of the snapshot of the organization."),
  accountsKnown: {
    name: "AccountsKnown",
    unit: "Count",
    statistic: "Maximum",
    description: "Accounts that the organization lists.",
  },
  ownSpendMicroUsd: {
    name: "OwnSpendMicroUsd",
    unit: "None",
    statistic: "Sum",
    description: "Millionths of a dollar that our own questions to Cost Explorer cost.",
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
