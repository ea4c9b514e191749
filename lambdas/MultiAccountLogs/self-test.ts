import { eventEntry } from "#adapters/opensearch/documents/event-entry.ts";
import { usdText } from "#core/domain/money.ts";
import { type EpochMs, isoTime, MINUTE } from "#core/domain/time.ts";
import { normaliseRecord } from "#core/normalise/index.ts";
import type { PriceBook } from "#core/ports/price-book.ts";
import { mergeCost } from "#core/pricing/merged-cost.ts";
import type { DirectorySettings, KnownOrganization } from "../shared/directory.ts";

/** Of nobody: only its account is one of the organization's. */
const exampleRecord = (account: string, time: EpochMs) => ({
  eventVersion: "1.10",
  userIdentity: {
    type: "IAMUser",
    arn: `arn:aws:iam::${account}:user/self-test`,
    accountId: account,
    userName: "self-test",
  },
  eventTime: isoTime(time),
  eventSource: "ec2.amazonaws.com",
  eventName: "RunInstances",
  awsRegion: "us-east-1",
  sourceIPAddress: "192.0.2.1",
  userAgent: "trailwatch self-test",
  requestParameters: { instanceType: "m5.large" },
  responseElements: { instancesSet: { items: [{ instanceId: "i-0123456789abcdef0", instanceType: "m5.large" }] } },
  eventID: "00000000-0000-4000-8000-000000000000",
  readOnly: false,
  eventType: "AwsApiCall",
  managementEvent: true,
  recipientAccountId: account,
});

/**
 * What a direct invocation answers: whether events get the names, units and prices that they should, shown by one that is
 * made up and not stored.
 */
export function selfTest(
  { directory, takenAt, problem }: KnownOrganization,
  settings: DirectorySettings,
  priceBook: PriceBook,
  now: EpochMs,
) {
  const accounts = directory.accounts();
  const account = accounts[0]?.id ?? "111122223333";
  const normalised = normaliseRecord(exampleRecord(account, now), () => "");
  if (normalised.kind !== "event") throw new Error(`the example is no event: ${normalised.kind}`);
  const knowledge = { accounts: directory, priceBook, riskyAction: () => false };
  const { event, account: context } = eventEntry(normalised.event, { fingerprint: "" }, knowledge);
  const { added } = mergeCost(event.cost);
  return {
    ok: problem === null,
    problem,
    enrichment: {
      ENABLE_ACCOUNT_ENRICHMENT: settings.ENABLE_ACCOUNT_ENRICHMENT,
      ENABLE_ORG_CONTEXT: settings.ENABLE_ORG_CONTEXT,
      organizationId: settings.ORGANIZATION_ID,
      accountsKnown: accounts.length,
      snapshotTakenAt: takenAt === null ? null : isoTime(takenAt),
      snapshotAgeMinutes: takenAt === null ? null : Math.round((now - takenAt) / MINUTE),
      pricesAsOf: priceBook.asOf,
    },
    example: {
      note: "made up for this answer, and not stored",
      account: context,
      time: isoTime(event.time),
      region: event.region,
      call: `${event.service}:${event.action}`,
      principal: event.principal.name,
      quantities: event.quantities.map(({ kind, change, amount, item }) => ({ kind, change, amount, item })),
      usdPerHour: added === null ? null : { low: usdText(added[0]), high: usdText(added[1]) },
    },
  };
}
