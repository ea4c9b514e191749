import { parseConfig } from "#core/config/index.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import { costing, event, FOREIGN, instances, MAIN, OFFICE, OTHER, role, START } from "../incidents/world.ts";

const DAYS = 3;
export const END: EpochMs = START + DAYS * DAY;

/** Everything that a small deployment sees is of concern. */
export const CONFIG = parseConfig({ live: { groupDays: 30, leakMinutes: 1 } });

/** What was planted, as accounts and callers of the incidents that it should become. */
export const PLANTED = [
  { account: MAIN, principal: `arn:aws:iam::${MAIN}:user/ci` },
  { account: OTHER, principal: role("reporting", OTHER) },
] as const;

export const LAST_DAY: EpochMs = START + (DAYS - 1) * DAY;

/** Two accounts in which little happens, but for a day's end: a stolen key launches, a role reads all secrets. In time order. */
export const SMALL_WORLD: readonly PricedUsageEvent[] = [
  ...heartbeats(MAIN),
  ...heartbeats(OTHER),
  ...scaling(),
  ...theft(LAST_DAY + 9 * HOUR),
  ...sweep(LAST_DAY + 15 * HOUR),
].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));

function heartbeats(account: string): PricedUsageEvent[] {
  const principal = { id: role("monitor", account), name: "monitor", account };
  return Array.from({ length: (DAYS * DAY) / (10 * MINUTE) }, (_, at) =>
    event({
      account,
      time: START + at * 10 * MINUTE + 7_000,
      action: "DescribeInstances",
      readOnly: true,
      principal,
    }),
  );
}

function scaling(): PricedUsageEvent[] {
  return Array.from({ length: DAYS * 8 }, (_, at) =>
    event({ time: START + at * 3 * HOUR + 11 * MINUTE, quantities: [instances(2)], cost: costing(0.2) }),
  );
}

function theft(start: EpochMs): PricedUsageEvent[] {
  const stolen = {
    account: MAIN,
    principal: { type: "user" as const, id: PLANTED[0].principal, name: "ci", accessKeyId: "AKIASTOLEN" },
    origin: { network: FOREIGN, sourceIp: "203.0.113.9", tool: "aws-cli" as const },
  };
  return [
    event({ ...stolen, time: start, service: "sts", action: "GetCallerIdentity", readOnly: true }),
    event({
      ...stolen,
      time: start + MINUTE,
      service: "iam",
      action: "CreateAccessKey",
      marks: ["credential-created"],
    }),
    ...Array.from({ length: 12 }, (_, at) =>
      event({
        ...stolen,
        region: "eu-north-1",
        time: start + (3 + at * 4) * MINUTE,
        quantities: [instances(4, "g5.12xlarge")],
        cost: costing(22),
      }),
    ),
  ];
}

function sweep(start: EpochMs): PricedUsageEvent[] {
  const principal = { id: PLANTED[1].principal, name: "reporting", account: OTHER };
  return Array.from({ length: 24 }, (_, at) =>
    event({
      account: OTHER,
      time: start + at * MINUTE,
      service: "secretsmanager",
      action: "GetSecretValue",
      readOnly: true,
      marks: ["secret-read"],
      resources: [`secret/customer-${at}`],
      quantities: [
        {
          kind: "secrets-read",
          change: "used",
          amount: 1,
          item: null,
          purchase: null,
          resourceIds: [],
          attributes: {},
        },
      ],
      principal,
      origin: { network: OFFICE },
    }),
  );
}
