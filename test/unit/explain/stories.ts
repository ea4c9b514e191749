import type { Incident } from "#core/domain/incident.ts";
import { nanoUsd } from "#core/domain/money.ts";
import { DAY, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { instanceTypePolicy } from "#core/policies/policy.ts";
import {
  anomaly,
  DEV,
  draft,
  event,
  explain,
  launches,
  NIGHT,
  novelty,
  PROD,
  quantity,
  restartIds,
  SECURITY,
  violation,
} from "./world.ts";

export interface Story {
  readonly incident: Incident;
  readonly events: readonly PricedUsageEvent[];
}

/** Incidents as they would be at night, explained: what tests read, and what people read when they change a text. */
export const STORIES = {
  fleet,
  mining,
  loggingOff,
  deniedStorm,
  natLeak,
  recursion,
  scaling,
  secretsSweep,
} as const satisfies Record<string, () => Promise<Story>>;

const told = async (...[subject, events, more]: Parameters<typeof explain>): Promise<Story> => ({
  incident: await explain(subject, events, more),
  events,
});

/** The same role's work on the days before: known, from its network. */
const history = (): readonly PricedUsageEvent[] =>
  Array.from({ length: 40 }, (_, at) => event(NIGHT - 3 * DAY + at * HOUR, "ec2:DescribeInstances"));

function fleet(): Promise<Story> {
  restartIds();
  const made = [...launches(40, "m5.large", 0.107, NIGHT), ...launches(7, "c5.4xlarge", 0.768, NIGHT + MINUTE)];
  const before = [
    ...history(),
    ...launches(3, "m5.large", 0.107, NIGHT - 2 * DAY),
    event(NIGHT - 8 * MINUTE, "cloudformation:UpdateStack", {
      resources: ["arn:aws:cloudformation:eu-west-1:111122223333:stack/web-frontend/1f2e"],
    }),
  ];
  const gone = event(NIGHT + 2 * HOUR, "ec2:TerminateInstances", {
    quantities: [
      quantity("instances", 12, {
        change: "removed",
        resourceIds: made
          .slice(0, 12)
          .flatMap(({ quantities }) => quantities.flatMap(({ resourceIds }) => resourceIds)),
      }),
    ],
    cost: [{ kind: "rate", direction: "removed", lowPerHour: nanoUsd(1.284), highPerHour: nanoUsd(1.5408), basis: [] }],
  });
  const found = [
    anomaly("instances-launched", made, PROD, 3),
    anomaly("usd-per-hour-added", made, PROD, 0.4, { actual: 9.66, severity: "medium" }),
  ];
  return told(
    draft(found, made, [PROD], { joinedBy: ["the same principal and session"] }),
    [...before, ...made, gone],
    {
      policies: [instanceTypePolicy("approved", ["production"], ["m5.*", "t3.*"], "low")],
    },
  );
}

const STOLEN = {
  account: DEV.id,
  region: "ap-southeast-1",
  principal: {
    type: "user",
    id: `arn:aws:iam::${DEV.id}:user/ci/builder`,
    name: "builder",
    session: null,
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  },
  origin: { sourceIp: "203.0.113.66", network: "203.0.113.0/24", userAgent: "Boto3/1.34.2", tool: "boto" },
} as const;

function mining(): Promise<Story> {
  restartIds();
  const tried = Array.from({ length: 12 }, (_, at) =>
    event(
      NIGHT - 50 * MINUTE + at * MINUTE,
      ["iam:ListUsers", "ec2:DescribeInstances", "s3:ListBuckets"][at % 3] ?? "",
      { ...STOLEN, outcome: "denied", errorCode: "AccessDenied" },
    ),
  );
  const made = launches(8, "p3.16xlarge", 33.872, NIGHT, STOLEN, true);
  const before = Array.from({ length: 50 }, (_, at) =>
    event(NIGHT - 10 * DAY + at * HOUR, "codebuild:StartBuild", { ...STOLEN, region: "eu-west-1", origin: {} }),
  );
  const at = { region: "ap-southeast-1" } as const;
  const found = [
    anomaly("instances-launched", made, DEV, null, at),
    anomaly("accelerated-instances-launched", made, DEV, null, at),
    anomaly("usd-per-hour-added", made, DEV, null, { ...at, actual: 298 }),
    novelty("region", "ap-southeast-1", made, DEV, at),
    novelty("network", "203.0.113.0/24", [...tried, ...made], DEV, at),
    novelty("instance-family", "p3", made, DEV, at),
  ];
  return told(
    draft(found, made, [DEV], {
      severity: "critical",
      severityReasons: ["about $7,700 a day in a region never used", "GPU instances by a key from a new network"],
    }),
    [...before, ...tried, ...made],
  );
}

function loggingOff(): Promise<Story> {
  restartIds();
  const role = {
    account: SECURITY.id,
    principal: {
      id: `arn:aws:iam::${SECURITY.id}:role/OrganizationAccess`,
      name: "OrganizationAccess",
      session: "audit",
    },
    origin: {
      sourceIp: "192.0.2.44",
      network: "192.0.2.0/24",
      tool: "aws-cli",
      userAgent: "aws-cli/2.17",
      actor: "person",
    },
  } as const;
  const stop = event(NIGHT + 4 * MINUTE, "cloudtrail:StopLogging", {
    ...role,
    marks: ["guardrail-off"],
    resources: ["arn:aws:cloudtrail:eu-west-1:777788889999:trail/org-trail"],
  });
  const next = ["iam:CreateUser", "iam:CreateAccessKey", "iam:AttachUserPolicy"].map((call, at) =>
    event(NIGHT + (6 + at) * MINUTE, call, { ...role, marks: ["identity-changed"] }),
  );
  const found = [
    violation("danger/audit-log-off", "Audit logging switched off", [stop], SECURITY),
    anomaly("guardrails-changed", [stop], SECURITY, null),
    novelty("risky-action", "cloudtrail:StopLogging", [stop], SECURITY),
    novelty("network", "192.0.2.0/24", [stop], SECURITY),
  ];
  return told(
    draft(found, [stop], [SECURITY], { severity: "critical", severityReasons: ["audit logging was switched off"] }),
    [stop, ...next],
  );
}

function deniedStorm(): Promise<Story> {
  restartIds();
  const role = {
    principal: {
      id: `arn:aws:iam::${PROD.id}:role/orders-worker`,
      name: "orders-worker",
      session: "i-0aa11bb22cc33dd44",
    },
    origin: { tool: "boto", userAgent: "Boto3/1.34.2" },
  } as const;
  const worked = Array.from({ length: 60 }, (_, at) =>
    event(NIGHT - 2 * DAY + at * HOUR, "sqs:ReceiveMessage", role),
  ).filter(({ time }) => time < NIGHT - HOUR);
  const known = Array.from({ length: 60 }, (_, at) => event(NIGHT - 6 * DAY + at * HOUR, "sqs:ReceiveMessage", role));
  const change = [
    event(NIGHT - 25 * MINUTE, "cloudformation:UpdateStack", { resources: ["stack/orders/9"] }),
    event(NIGHT - 24 * MINUTE, "iam:PutRolePolicy", {
      resources: [`arn:aws:iam::${PROD.id}:role/orders-worker`],
      marks: ["identity-changed"],
    }),
  ];
  const refused = Array.from({ length: 430 }, (_, at) =>
    event(NIGHT + at * 1300, "sqs:ReceiveMessage", { ...role, outcome: "denied", errorCode: "AccessDenied" }),
  );
  const found = [anomaly("denied-calls", refused, PROD, 4, { severity: "medium" })];
  return told(
    draft(found, refused, [PROD], { severity: "medium", severityReasons: ["430 refused calls, the usual is 4"] }),
    [...known, ...worked, ...change, ...refused],
  );
}

function natLeak(): Promise<Story> {
  restartIds();
  const made = Array.from({ length: 9 }, (_, at) =>
    event(NIGHT - 2 * DAY + at * 5 * HOUR, "ec2:CreateNatGateway", {
      resources: [`natgateway/nat-0${at}`],
      quantities: [quantity("nat-gateways", 1, { resourceIds: [`nat-0${at}`] })],
      cost: [
        {
          kind: "rate",
          direction: "added",
          lowPerHour: nanoUsd(0.048),
          highPerHour: nanoUsd(0.048),
          basis: ["NAT gateway, traffic not included"],
        },
      ],
    }),
  );
  const window = { start: NIGHT - 2 * DAY, end: NIGHT };
  const found = [anomaly("nat-gateways-created", made, PROD, 0.3, { window, severity: "medium" })];
  return told(draft(found, made, [PROD], { severity: "medium", severityReasons: ["9 NAT gateways in two days"] }), [
    ...history().map((one) => ({ ...one, time: one.time - 6 * DAY })),
    ...made,
  ]);
}

function recursion(): Promise<Story> {
  restartIds();
  const calls = Array.from({ length: 1500 }, (_, at) =>
    event(NIGHT + Math.floor((590_000 * Math.log2(1 + (at * 255) / 1500)) / 8), "lambda:Invoke", {
      category: "data",
      resources: [`arn:aws:lambda:eu-west-1:${PROD.id}:function:thumbnailer`],
      quantities: [quantity("function-invocations", 1, { change: "used", item: "thumbnailer" })],
      principal: {
        id: `arn:aws:iam::${PROD.id}:role/thumbnailer-role`,
        name: "thumbnailer-role",
        session: "thumbnailer",
      },
      origin: { tool: "sdk", userAgent: "aws-sdk-nodejs", sourceIp: "10.0.4.8", network: "10.0.4.0/24" },
      cost: [
        {
          kind: "once",
          low: nanoUsd(0.0000002),
          high: nanoUsd(0.0000002),
          basis: ["Lambda request, duration not known"],
        },
      ],
    }),
  );
  const found = [
    anomaly("function-invocations-by-function", calls, PROD, 12, {
      resource: `arn:aws:lambda:eu-west-1:${PROD.id}:function:thumbnailer`,
    }),
    anomaly("function-invocations", calls, PROD, 40),
  ];
  return told(draft(found, calls, [PROD]), calls);
}

function scaling(): Promise<Story> {
  restartIds();
  const group = {
    principal: {
      type: "role",
      id: `arn:aws:iam::${PROD.id}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
      name: "AWSServiceRoleForAutoScaling",
      session: "AutoScaling",
      accessKeyId: null,
    },
    origin: {
      invokedBy: "autoscaling.amazonaws.com",
      sourceIp: null,
      network: "autoscaling.amazonaws.com",
      userAgent: "autoscaling.amazonaws.com",
      tool: "aws-service",
      actor: "aws-service",
    },
  } as const;
  const made = launches(24, "m5.large", 0.107, NIGHT, group);
  const found = [anomaly("instances-launched", made, PROD, 10, { severity: "medium" })];
  return told(
    draft(found, made, [PROD], {
      severity: "medium",
      expected: { expected: true, reasons: ["launched by Auto Scaling, within what this group did before"] },
      paging: {
        paged: false,
        reason: "expected: launched by Auto Scaling, within what this group did before",
        heldBackBy: null,
      },
    }),
    made,
  );
}

function secretsSweep(): Promise<Story> {
  restartIds();
  const thief = {
    principal: { id: `arn:aws:iam::${PROD.id}:role/ReadOnlyOps`, name: "ReadOnlyOps", session: "x" },
    origin: { sourceIp: "203.0.113.9", network: "203.0.113.0/24", tool: "aws-cli", actor: "person" },
  } as const;
  const reads = Array.from({ length: 63 }, (_, at) =>
    event(NIGHT + at * 5000, "secretsmanager:GetSecretValue", {
      ...thief,
      marks: ["secret-read"],
      resources: [`secret/app-${at}`],
      quantities: [quantity("secrets-read", 1, { change: "used" })],
    }),
  );
  const found = [anomaly("secrets-read", reads, PROD, 2), novelty("network", "203.0.113.0/24", reads, PROD)];
  return told(draft(found, reads, [PROD]), reads);
}
