import type { EventFilter, SeverityThresholds, Signal, SignalValue } from "../domain/signal.ts";
import type { EventMark, QuantityKind } from "../domain/usage-event.ts";

/** Usage is what happened: attempts that were refused, failed or were dry runs are not in it. */
const SUCCEEDED: EventFilter = { outcomes: ["success"] };

const added = (kind: QuantityKind): SignalValue => ({ of: "quantity", kind, change: "added" });
const used = (kind: QuantityKind): SignalValue => ({ of: "quantity", kind, change: "used" });
const EVENTS: SignalValue = { of: "events" };

interface Definition {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly value: SignalValue;
  readonly floor: number;
  readonly filter?: EventFilter;
  readonly thresholds?: SeverityThresholds;
}

const perRegion = (definition: Definition): Signal => ({
  filter: SUCCEEDED,
  thresholds: null,
  ...definition,
  per: "region",
  direction: "rise",
});

/** The same quantity counted per principal too: one principal's excess hides in a busy account's total. */
const perPrincipal = (signal: Signal, floor: number): Signal => ({
  ...signal,
  id: `${signal.id}-by-principal`,
  title: `${signal.title} by one principal`,
  per: "principal",
  floor,
  thresholds: null,
});

const marked = (...marks: EventMark[]): EventFilter => ({ ...SUCCEEDED, marks });

const instancesLaunched = perRegion({
  id: "instances-launched",
  title: "Instances launched",
  unit: "instances launched",
  value: added("instances"),
  floor: 3,
  thresholds: { low: 5, medium: 10, high: 20 },
});

const functionInvocations = perRegion({
  id: "function-invocations",
  title: "Function invocations",
  unit: "function invocations",
  value: used("function-invocations"),
  floor: 100,
  thresholds: { low: 1000, medium: 5000, high: 10_000 },
});

const deniedCalls = perRegion({
  id: "denied-calls",
  title: "Denied calls",
  unit: "denied calls",
  value: EVENTS,
  filter: { outcomes: ["denied"] },
  floor: 10,
});

const identityChanges = perRegion({
  id: "identity-changes",
  title: "IAM and key changes",
  unit: "IAM and key changes",
  value: EVENTS,
  filter: marked("identity-changed", "credential-created", "admin-granted"),
  floor: 3,
});

const secretsRead = perRegion({
  id: "secrets-read",
  title: "Secrets read",
  unit: "secrets read",
  value: used("secrets-read"),
  floor: 5,
});

const parametersRead = perRegion({
  id: "parameters-read",
  title: "Parameters read",
  unit: "parameters read",
  value: used("parameters-read"),
  floor: 10,
});

const objectReads = perRegion({
  id: "object-reads",
  title: "S3 object reads",
  unit: "S3 objects read",
  value: used("object-reads"),
  floor: 100,
});

const objectDeletes = perRegion({
  id: "object-deletes",
  title: "S3 object deletes",
  unit: "S3 objects deleted",
  value: used("object-deletes"),
  floor: 20,
});

const modelInvocations = perRegion({
  id: "model-invocations",
  title: "Model invocations",
  unit: "model invocations",
  value: used("model-invocations"),
  floor: 20,
});

/**
 * The signals that a detector watches unless the configuration says otherwise. Thresholds count ten minutes of one
 * account and region; a signal without thresholds is graded by its departure and by what was done alone.
 * Sorted as people look at them: what runs, what it costs, what fails, who may do what, what leaves.
 */
export const BUILT_IN_SIGNALS: readonly Signal[] = [
  instancesLaunched,
  perRegion({
    id: "accelerated-instances-launched",
    title: "Accelerated instances launched",
    unit: "accelerated (GPU, Inferentia, Trainium, FPGA) instances launched",
    value: added("accelerated-instances"),
    floor: 1,
  }),
  perRegion({
    id: "volumes-created",
    title: "Volumes created",
    unit: "volumes created",
    value: added("volumes"),
    floor: 3,
    thresholds: { low: 10, medium: 20, high: 50 },
  }),
  perRegion({
    id: "volume-gib-created",
    title: "Volume capacity created",
    unit: "GiB of volumes created",
    value: added("volume-gib"),
    floor: 500,
  }),
  functionInvocations,
  {
    ...functionInvocations,
    id: "function-invocations-by-function",
    title: "Invocations of one function",
    unit: "invocations of this function",
    per: "resource",
  },
  perRegion({
    id: "nat-gateways-created",
    title: "NAT gateways created",
    unit: "NAT gateways created",
    value: added("nat-gateways"),
    floor: 2,
  }),
  perRegion({
    id: "databases-created",
    title: "Database instances created",
    unit: "database instances created",
    value: added("db-instances"),
    floor: 2,
  }),
  perRegion({
    id: "ml-instances-started",
    title: "Machine-learning instances started",
    unit: "machine-learning instances started",
    value: added("ml-instances"),
    floor: 2,
  }),
  perRegion({
    id: "emr-instances-started",
    title: "EMR instances started",
    unit: "EMR instances started",
    value: added("emr-instances"),
    floor: 5,
  }),
  perRegion({
    id: "container-tasks-started",
    title: "Container tasks started",
    unit: "container tasks started",
    value: added("container-tasks"),
    floor: 10,
  }),
  modelInvocations,
  perPrincipal(modelInvocations, 20),
  perRegion({
    id: "usd-per-hour-added",
    title: "Hourly cost added",
    unit: "USD/hour added",
    value: { of: "usd-per-hour", change: "added" },
    floor: 1,
    // As 30.4-day months: about 2,200, 7,300 and 29,000 USD. One g5.12xlarge reaches low, one p4d.24xlarge medium.
    thresholds: { low: 3, medium: 10, high: 40 },
  }),
  perRegion({
    id: "failed-launches",
    title: "Failed launches",
    unit: "failed launches",
    value: EVENTS,
    filter: {
      outcomes: ["failed", "denied", "throttled"],
      actions: [
        "ec2:RunInstances",
        "ec2:StartInstances",
        "ec2:CreateFleet",
        "ec2:RequestSpotInstances",
        "ec2:RequestSpotFleet",
        "ecs:RunTask",
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreateTrainingJob",
        "sagemaker:CreateEndpoint",
        "elasticmapreduce:RunJobFlow",
      ],
    },
    floor: 5,
  }),
  deniedCalls,
  perPrincipal(deniedCalls, 10),
  identityChanges,
  perPrincipal(identityChanges, 3),
  perRegion({
    id: "guardrails-changed",
    title: "Logging and guardrails changed",
    unit: "changes to logging and guardrails",
    value: EVENTS,
    filter: marked("guardrail-off"),
    floor: 1,
  }),
  perRegion({
    id: "data-shared",
    title: "Data shared with others",
    unit: "shares with other accounts or the public",
    value: EVENTS,
    filter: marked("shared-publicly", "shared-with-account"),
    floor: 1,
  }),
  secretsRead,
  perPrincipal(secretsRead, 5),
  parametersRead,
  perPrincipal(parametersRead, 10),
  objectReads,
  perPrincipal(objectReads, 100),
  objectDeletes,
  perPrincipal(objectDeletes, 20),
  perRegion({
    id: "console-sign-ins",
    title: "Console sign-ins",
    unit: "console sign-ins",
    value: EVENTS,
    filter: { marks: ["console-sign-in"] },
    floor: 5,
  }),
  perRegion({
    id: "console-sign-ins-failed",
    title: "Failed console sign-ins",
    unit: "failed console sign-ins",
    value: EVENTS,
    filter: { marks: ["console-sign-in-failed"] },
    floor: 5,
  }),
];

/**
 * The spend meter: what was added, what was freed, and how many events changed spending by an amount nobody knows.
 * Rolled up like signals for charts and queries; a detector is not run on them.
 */
export const METER_SIGNALS: readonly Signal[] = [
  perRegion({
    id: "meter-usd-per-hour-added",
    title: "Spend meter: added",
    unit: "USD/hour added",
    value: { of: "usd-per-hour", change: "added" },
    floor: 0,
  }),
  perRegion({
    id: "meter-usd-per-hour-removed",
    title: "Spend meter: removed",
    unit: "USD/hour removed",
    value: { of: "usd-per-hour", change: "removed" },
    floor: 0,
  }),
  perRegion({
    id: "meter-unpriced",
    title: "Spend meter: unknown",
    unit: "events whose cost is unknown",
    value: { of: "unpriced-events" },
    floor: 0,
  }),
];

/** Actions under which thresholds may be written, and the signals that they set. */
export const SIGNALS_OF_ACTION: Readonly<Record<string, readonly string[]>> = {
  "ec2:RunInstances": ["instances-launched"],
  "ec2:CreateVolume": ["volumes-created"],
  "lambda:Invoke": ["function-invocations", "function-invocations-by-function"],
  "bedrock:InvokeModel": ["model-invocations"],
  "ec2:CreateNatGateway": ["nat-gateways-created"],
  "secretsmanager:GetSecretValue": ["secrets-read"],
  "ssm:GetParameter": ["parameters-read"],
  "s3:GetObject": ["object-reads"],
  "s3:DeleteObject": ["object-deletes"],
  "signin:ConsoleLogin": ["console-sign-ins"],
};
