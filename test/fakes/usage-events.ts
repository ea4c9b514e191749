import fc from "fast-check";
import type { CostEstimate } from "#core/domain/money.ts";
import {
  EVENT_CATEGORIES,
  EVENT_MARKS,
  type Origin,
  OUTCOMES,
  type PricedUsageEvent,
  type Principal,
  QUANTITY_CHANGES,
  QUANTITY_KINDS,
  type Quantity,
} from "#core/domain/usage-event.ts";

/** An event, and whether signals count it: the other copy of an action logged in two accounts is not counted. */
export interface GeneratedEvent {
  readonly event: PricedUsageEvent;
  readonly counted: boolean;
}

/** Written by whoever made the call: quotes, comments, separators, other scripts, characters beyond the first plane. */
const hostileText = fc.constantFrom(
  "plain",
  "it's",
  '"quoted"',
  "'; drop table events; --",
  "/* a */",
  "%_\\",
  "line\nbreak",
  "tab\there",
  "über",
  "日本",
  "🚨 page",
  "\uFFFD",
  "null",
  "a/b:c",
  "",
);

const ACCOUNTS = ["111111111111", "222222222222", "333333333333"];
const account = fc.constantFrom(...ACCOUNTS);
const region = fc.constantFrom("eu-west-1", "us-east-1", "ap-south-1");
const call = fc.constantFrom(
  ["ec2", "RunInstances"],
  ["ec2", "CreateVolume"],
  ["ec2", "TerminateInstances"],
  ["ec2", "DescribeInstances"],
  ["iam", "CreateUser"],
  ["sts", "AssumeRole"],
  ["sts", "GetCallerIdentity"],
  ["lambda", "Invoke"],
  ["s3", "GetObject"],
  ["s3", "DeleteObject"],
  ["secretsmanager", "GetSecretValue"],
  ["signin", "ConsoleLogin"],
) as fc.Arbitrary<readonly [string, string]>;

const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("deploy", "ana", "batch") },
  { weight: 1, arbitrary: hostileText },
);

const principal: fc.Arbitrary<Principal> = fc
  .record({
    type: fc.constantFrom("user", "role", "root", "service", "account", "anonymous", "unknown", "saml") as fc.Arbitrary<
      Principal["type"]
    >,
    account: fc.option(account),
    name,
    session: fc.option(name),
    key: fc.option(fc.constantFrom("AKIA1", "ASIA2", "ASIA3")),
    mfa: fc.option(fc.boolean()),
    linked: fc.boolean(),
  })
  .map(({ type, account: own, name: called, session, key, mfa, linked }) => ({
    type,
    id: `arn:aws:iam::${own ?? "000000000000"}:${linked ? "role/aws-service-role/x" : type}/${called}`,
    name: called,
    arn: session === null ? null : `arn:aws:sts::${own ?? ""}:assumed-role/${called}/${session}`,
    session,
    accessKeyId: key,
    account: own,
    mfa,
  }));

const origin: fc.Arbitrary<Origin> = fc.record({
  invokedBy: fc.option(fc.constantFrom("autoscaling.amazonaws.com", "AWS Internal"), { freq: 3 }),
  sourceIp: fc.option(fc.constantFrom("203.0.113.7", "198.51.100.9", "10.0.0.1")),
  network: fc.option(fc.constantFrom("203.0.113.0/24", "198.51.100.0/24", "ec2.amazonaws.com")),
  userAgent: fc.option(hostileText),
  tool: fc.constantFrom("console", "terraform", "aws-cli", "sdk", "none", "other", "aws-service"),
  vpcEndpointId: fc.option(fc.constant("vpce-1"), { freq: 2 }),
  actor: fc.constantFrom("person", "automation", "aws-service", "unknown"),
});

/** Amounts are whole, as every amount that CloudTrail logs and signals add up is: sums are exact in any order. */
const quantity: fc.Arbitrary<Quantity> = fc.record({
  kind: fc.oneof(
    fc.constantFrom("instances", "volumes", "function-invocations") as fc.Arbitrary<Quantity["kind"]>,
    fc.constantFrom(...QUANTITY_KINDS),
  ),
  change: fc.constantFrom(...QUANTITY_CHANGES),
  amount: fc.integer({ min: 0, max: 1000 }),
  item: fc.option(fc.constantFrom("m5.large", "g5.12xlarge", "p5.48xlarge", "gp3", "it's")),
  purchase: fc.option(fc.constantFrom("spot", "on-demand") as fc.Arbitrary<"spot" | "on-demand">),
  resourceIds: fc.array(fc.constantFrom("i-1", "i-2", "vol-1"), { maxLength: 2 }),
  attributes: fc.dictionary(
    fc.constantFrom("gib", "engine", "multiAz"),
    fc.oneof(fc.integer({ min: 0, max: 99 }), fc.boolean(), name),
    {
      maxKeys: 2,
      noNullPrototype: true,
    },
  ),
});

const range = fc.tuple(fc.bigInt(0n, 50_000_000_000n), fc.bigInt(0n, 9_000_000_000n));

/** In the form that stores give back: one estimate a direction, one basis for them all. */
const cost = (quantities: readonly Quantity[]): fc.Arbitrary<readonly CostEstimate[]> =>
  fc
    .record({
      added: fc.option(range),
      removed: fc.option(range, { freq: 1 }),
      once: fc.option(range, { freq: 1 }),
      unpriced: fc.option(hostileText, { freq: 1 }),
      basis: fc.uniqueArray(hostileText, { minLength: 1, maxLength: 2 }),
    })
    .map(({ added, removed, once, unpriced, basis }) => {
      const estimates: CostEstimate[] = [];
      const rate = (direction: "added" | "removed", [low, width]: readonly [bigint, bigint]): void => {
        estimates.push({ kind: "rate", direction, lowPerHour: low, highPerHour: low + width, basis });
      };
      if (added) rate("added", added);
      if (removed) rate("removed", removed);
      if (once) estimates.push({ kind: "once", low: once[0], high: once[0] + once[1], basis });
      const freed = quantities.length > 0 && quantities.every(({ change }) => change === "removed");
      if (unpriced !== null)
        estimates.push({ kind: "unpriced", direction: freed ? "removed" : "added", reason: unpriced });
      return estimates;
    });

const START = Date.UTC(2026, 10, 2, 23, 30);

const event = (id: string): fc.Arbitrary<PricedUsageEvent> =>
  fc
    .record({
      time: fc.integer({ min: 0, max: 3 * 3600 }).map((second) => START + second * 1000),
      account,
      region,
      call,
      readOnly: fc.boolean(),
      category: fc.constantFrom(...EVENT_CATEGORIES),
      outcome: fc.oneof(
        { weight: 3, arbitrary: fc.constant("success" as const) },
        { weight: 2, arbitrary: fc.constantFrom(...OUTCOMES) },
      ),
      errorCode: fc.option(fc.constantFrom("AccessDenied", "it's")),
      principal,
      origin,
      resources: fc.uniqueArray(
        fc.oneof(
          fc.constantFrom("function/resize", "bucket/logs", "arn:aws:iam::1:role/path/deploy"),
          hostileText.filter((text) => text !== ""),
        ),
        { maxLength: 3 },
      ),
      quantities: fc.array(quantity, { maxLength: 3 }),
      marks: fc.subarray([...EVENT_MARKS]),
      counterparties: fc.uniqueArray(fc.constantFrom("public", "444444444444", "it's"), { maxLength: 2 }),
      sharedEventId: fc.option(fc.constantFrom("shared-1", "shared-2"), { freq: 1 }),
      requestId: fc.option(fc.oneof(fc.uuid(), hostileText)),
    })
    .chain(({ call: [service, action], ...rest }) =>
      cost(rest.quantities).map((estimates) => ({ ...rest, id, service, action, cost: estimates })),
    );

/** Ids as CloudTrail's and as our own for records without one. */
const ids = fc.uniqueArray(
  fc.oneof(
    { weight: 5, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: fc.uuid().map((id) => `sha256:${id}`) },
    { weight: 1, arbitrary: fc.uuid().map((id) => id.toUpperCase()) },
  ),
  { maxLength: 40, size: "max", selector: (id) => id.toLowerCase() },
);

/** Events with few distinct accounts, callers and minutes, so that they meet in the same counts. */
export const generatedEvents: fc.Arbitrary<readonly GeneratedEvent[]> = ids.chain((all) =>
  fc.tuple(
    ...all.map((id) => fc.record({ event: event(id), counted: fc.integer({ max: 9, min: 0 }).map((n) => n > 0) })),
  ),
);

/** A plain event to start a handwritten one from: a person who lists instances. */
export const sampleEvent = (changes: Partial<PricedUsageEvent> & { readonly id: string }): PricedUsageEvent => ({
  time: START,
  account: "111111111111",
  region: "eu-west-1",
  service: "ec2",
  action: "DescribeInstances",
  readOnly: true,
  category: "management",
  outcome: "success",
  errorCode: null,
  principal: {
    type: "user",
    id: "arn:aws:iam::111111111111:user/ana",
    name: "ana",
    arn: "arn:aws:iam::111111111111:user/ana",
    session: null,
    accessKeyId: "AKIA1",
    account: "111111111111",
    mfa: null,
  },
  origin: {
    invokedBy: null,
    sourceIp: "203.0.113.7",
    network: "203.0.113.0/24",
    userAgent: "aws-cli/2.31",
    tool: "aws-cli",
    vpcEndpointId: null,
    actor: "person",
  },
  resources: [],
  quantities: [],
  marks: [],
  counterparties: [],
  sharedEventId: null,
  requestId: null,
  cost: [],
  ...changes,
});

export const launched = (amount: number, item: string): Quantity => ({
  kind: "instances",
  change: "added",
  amount,
  item,
  purchase: "on-demand",
  resourceIds: [],
  attributes: {},
});
