import type { CostEstimate } from "#core/domain/money.ts";
import type { Quantity, QuantityKind, UsageEvent } from "#core/domain/usage-event.ts";

export const quantity = (
  kind: QuantityKind,
  amount: number,
  item: string | null,
  more: Partial<Quantity> = {},
): Quantity => ({
  kind,
  change: "added",
  amount,
  item,
  purchase: null,
  resourceIds: [],
  attributes: {},
  ...more,
});

export const eventWith = (quantities: readonly Quantity[], more: Partial<UsageEvent> = {}): UsageEvent => ({
  id: "e-1",
  time: Date.UTC(2026, 10, 3),
  account: "111122223333",
  region: "us-east-1",
  service: "ec2",
  action: "RunInstances",
  readOnly: false,
  category: "management",
  outcome: "success",
  errorCode: null,
  principal: {
    type: "role",
    id: "arn:aws:iam::111122223333:role/deploy",
    name: "deploy",
    arn: null,
    session: null,
    accessKeyId: null,
    account: "111122223333",
    mfa: null,
  },
  origin: {
    invokedBy: null,
    sourceIp: "198.51.100.7",
    network: "198.51.100.0/24",
    userAgent: null,
    tool: "none",
    vpcEndpointId: null,
    actor: "unknown",
  },
  resources: [],
  quantities,
  marks: [],
  counterparties: [],
  sharedEventId: null,
  requestId: null,
  ...more,
});

/** USD as a number, for comparing: per hour, or once. Throws for what is not priced. */
export function usd(estimate: CostEstimate | null): { low: number; high: number } {
  if (!estimate || estimate.kind === "unpriced") throw new Error(`not priced: ${JSON.stringify(estimate)}`);
  const [low, high] =
    estimate.kind === "rate" ? [estimate.lowPerHour, estimate.highPerHour] : [estimate.low, estimate.high];
  return { low: Number(low) / 1e9, high: Number(high) / 1e9 };
}
