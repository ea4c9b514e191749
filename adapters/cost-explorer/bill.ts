import {
  type CostExplorerClient,
  type Expression,
  GetCostAndUsageCommand,
  type ResultByTime,
} from "@aws-sdk/client-cost-explorer";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type NanoUsd, nanoUsd, type UsdText, usdText } from "#core/domain/money.ts";

/** What one service cost an account on one day, before credits and refunds. */
export interface BillLine {
  /** `2026-11-03` */
  readonly day: string;
  /** As the bill calls it. */
  readonly service: string;
  readonly usd: UsdText;
  readonly estimated: boolean;
}

/** What AWS takes for a request; every page is one. */
export const PRICE_OF_A_PAGE: NanoUsd = nanoUsd(0.01);

const METRIC = "UnblendedCost";
/** Some years of days with hundreds of services: more pages than that are a loop. */
const MOST_PAGES = 20;

/**
 * The bill of an account by day and service. `allow` is asked before each request. Rejects with TrailwatchError: an `AWS_*`
 * code (`AWS_DATA_UNAVAILABLE` where Cost Explorer is new), or what `allow` rejects with.
 * @param start the first day
 * @param end the day after the last one, and so after `start`, which is the first of a month on the first of a month
 */
export async function readBill(
  client: CostExplorerClient,
  account: string,
  start: string,
  end: string,
  allow: () => Promise<void>,
): Promise<readonly BillLine[]> {
  const lines: BillLine[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    await allow();
    const { ResultsByTime, NextPageToken } = await ask(client, account, start, end, token);
    for (const result of ResultsByTime ?? []) lines.push(...linesOf(result));
    if (!NextPageToken) return lines;
    token = NextPageToken;
  }
  throw new TrailwatchError(
    "AWS_FAILED",
    `the bill of ${account} from ${start} to ${end} has more than ${MOST_PAGES} pages`,
    "Ask for fewer days.",
  );
}

async function ask(client: CostExplorerClient, account: string, start: string, end: string, token?: string) {
  try {
    return await client.send(
      new GetCostAndUsageCommand({
        TimePeriod: { Start: start, End: end },
        Granularity: "DAILY",
        Metrics: [METRIC],
        GroupBy: [{ Type: "DIMENSION", Key: "SERVICE" }],
        Filter: usageOf(account),
        NextPageToken: token,
      }),
    );
  } catch (error) {
    throw awsError(error, `read the bill of ${account}`, "ce:GetCostAndUsage, and Cost Explorer to be enabled");
  }
}

/** Credits would hide what is being used up, and refunds what was. */
const usageOf = (account: string): Expression => ({
  And: [
    { Dimensions: { Key: "LINKED_ACCOUNT", Values: [account] } },
    { Not: { Dimensions: { Key: "RECORD_TYPE", Values: ["Credit", "Refund"] } } },
  ],
});

function linesOf({ TimePeriod, Groups, Estimated }: ResultByTime): readonly BillLine[] {
  return (Groups ?? []).map(({ Keys, Metrics }) => {
    const { Amount = "0", Unit = "USD" } = Metrics?.[METRIC] ?? {};
    if (Unit !== "USD") {
      throw new TrailwatchError("AWS_DATA_UNAVAILABLE", `the bill is in ${Unit}`, "Only bills in US dollars are read.");
    }
    return {
      day: TimePeriod?.Start ?? "",
      service: Keys?.[0] ?? "",
      usd: usdText(decimalUsd(Amount)),
      estimated: Estimated ?? false,
    };
  });
}

/** `12.3456789012`, rounded to a billionth; the bill has ten decimals and more. */
export function decimalUsd(amount: string): NanoUsd {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(amount) ?? [];
  if (whole === undefined) return nanoUsd(Number(amount));
  const digits = fraction.padEnd(10, "0");
  const nanos = BigInt(whole) * 1_000_000_000n + BigInt(digits.slice(0, 9)) + (digits.charAt(9) >= "5" ? 1n : 0n);
  return sign === "-" ? -nanos : nanos;
}
