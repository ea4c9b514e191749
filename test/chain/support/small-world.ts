import { DAY, type EpochMs, HOUR, isoTime, MINUTE } from "#core/domain/time.ts";
import { cloudtrailRecord, eventId } from "../../fakes/records.ts";
import type { Delivery, SimulatedRecord } from "./deliveries.ts";

const PAYMENTS = "111122223333";
const REPORTS = "444455556666";

export const START: EpochMs = Date.UTC(2026, 9, 26);
const DAYS = 3;
const END: EpochMs = START + DAYS * DAY;
const LAST_DAY = END - DAY;
/** When it begins to be stolen from, and when secrets are read. */
const THEFT = LAST_DAY + 9 * HOUR;
const SWEEP = LAST_DAY + 15 * HOUR;

/** Who did what should become an incident. */
export const PLANTED = [
  { account: PAYMENTS, principal: `arn:aws:iam::${PAYMENTS}:user/ci` },
  { account: REPORTS, principal: `arn:aws:iam::${REPORTS}:role/reporting` },
] as const;

/** When functions run: seldom while models learn, often when something happens. */
export const TIMES: readonly EpochMs[] = [
  START + 12 * HOUR,
  START + DAY,
  START + 36 * HOUR,
  LAST_DAY,
  LAST_DAY + 8 * HOUR,
  THEFT + 10 * MINUTE,
  THEFT + 30 * MINUTE,
  THEFT + HOUR,
  THEFT + 2 * HOUR,
  SWEEP - HOUR,
  SWEEP + 15 * MINUTE,
  SWEEP + HOUR,
  SWEEP + 3 * HOUR,
  END,
  END + HOUR,
];

let made = 0;

interface Call {
  readonly account: string;
  readonly time: EpochMs;
  readonly source: string;
  readonly name: string;
  readonly userIdentity: object;
  readonly more?: object;
}

function record({ account, time, source, name, userIdentity, more = {} }: Call): SimulatedRecord {
  made += 1;
  return cloudtrailRecord({
    eventID: eventId(made),
    eventTime: isoTime(time),
    eventSource: `${source}.amazonaws.com`,
    eventName: name,
    recipientAccountId: account,
    userIdentity,
    requestParameters: null,
    readOnly: /^(Get|List|Describe)/.test(name),
    ...more,
  }) as unknown as SimulatedRecord;
}

const roleOf = (account: string, name: string): object => ({
  type: "AssumedRole",
  principalId: `AROA${name.toUpperCase()}:session`,
  arn: `arn:aws:sts::${account}:assumed-role/${name}/session`,
  accountId: account,
  accessKeyId: `ASIA${name.toUpperCase()}`,
  sessionContext: {
    sessionIssuer: {
      type: "Role",
      principalId: `AROA${name.toUpperCase()}`,
      arn: `arn:aws:iam::${account}:role/${name}`,
      accountId: account,
      userName: name,
    },
    attributes: { mfaAuthenticated: "false" },
  },
});

const launch = (instanceType: string, ids: readonly string[]): object => ({
  requestParameters: { instanceType, minCount: ids.length, maxCount: ids.length },
  responseElements: { instancesSet: { items: ids.map((instanceId) => ({ instanceId, instanceType })) } },
});

const every = (step: EpochMs, from: EpochMs, count: number): readonly EpochMs[] =>
  Array.from({ length: count }, (_, at) => from + at * step);

const heartbeats = (account: string): readonly SimulatedRecord[] =>
  every(20 * MINUTE, START + 7_000, (DAYS * DAY) / (20 * MINUTE)).map((time) =>
    record({ account, time, source: "ec2", name: "DescribeInstances", userIdentity: roleOf(account, "monitor") }),
  );

const scaling = (): readonly SimulatedRecord[] =>
  every(3 * HOUR, START + 11 * MINUTE, DAYS * 8).map((time, at) =>
    record({
      account: PAYMENTS,
      time,
      source: "ec2",
      name: "RunInstances",
      userIdentity: roleOf(PAYMENTS, "scaler"),
      more: launch("m5.large", [`i-a${at}`, `i-b${at}`]),
    }),
  );

function theft(): readonly SimulatedRecord[] {
  const userIdentity = {
    type: "IAMUser",
    principalId: "AIDACI",
    arn: PLANTED[0].principal,
    accountId: PAYMENTS,
    accessKeyId: "AKIASTOLEN",
    userName: "ci",
  };
  const stolen = { account: PAYMENTS, userIdentity };
  const abroad = { sourceIPAddress: "203.0.113.9", awsRegion: "eu-north-1" };
  const createdKey = {
    requestParameters: { userName: "ci" },
    responseElements: { accessKey: { accessKeyId: "AKIANEW", status: "Active", userName: "ci" } },
  };
  return [
    record({ ...stolen, time: THEFT, source: "sts", name: "GetCallerIdentity", more: abroad }),
    record({
      ...stolen,
      time: THEFT + MINUTE,
      source: "iam",
      name: "CreateAccessKey",
      more: { ...abroad, awsRegion: "us-east-1", ...createdKey },
    }),
    ...every(4 * MINUTE, THEFT + 3 * MINUTE, 12).map((time, at) =>
      record({
        ...stolen,
        time,
        source: "ec2",
        name: "RunInstances",
        more: {
          ...abroad,
          ...launch(
            "g5.12xlarge",
            [1, 2, 3, 4].map((one) => `i-g${at}x${one}`),
          ),
        },
      }),
    ),
  ];
}

const sweep = (): readonly SimulatedRecord[] =>
  every(MINUTE, SWEEP, 24).map((time, at) =>
    record({
      account: REPORTS,
      time,
      source: "secretsmanager",
      name: "GetSecretValue",
      userIdentity: roleOf(REPORTS, "reporting"),
      more: { requestParameters: { secretId: `customer-${at}` } },
    }),
  );

/** Two accounts in which little happens, but for a day: a stolen key launches, a role reads all secrets. */
export const RECORDS: readonly SimulatedRecord[] = [
  ...heartbeats(PAYMENTS),
  ...heartbeats(REPORTS),
  ...scaling(),
  ...theft(),
  ...sweep(),
];

const DELAY = 4 * MINUTE;

/** Each record some minutes after it happened. */
export const DELIVERIES: readonly Delivery[] = RECORDS.map((one) => ({
  at: Date.parse(one.eventTime) + DELAY,
  stream: `${one.recipientAccountId}_CloudTrail_eu-west-1`,
  records: [one],
})).sort((a, b) => a.at - b.at);
