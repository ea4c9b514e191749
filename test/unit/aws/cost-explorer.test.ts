import {
  CostExplorerClient,
  GetCostAndUsageCommand,
  type GetCostAndUsageCommandInput,
} from "@aws-sdk/client-cost-explorer";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { decimalUsd, readBill } from "#adapters/cost-explorer/bill.ts";
import { CostExplorerHistory, type CostExplorerOptions } from "#adapters/cost-explorer/cost-explorer-history.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { nanoUsd } from "#core/domain/money.ts";
import { DAY, HOUR } from "#core/domain/time.ts";
import { costHistoryContract } from "../../contract/cost-history.ts";
import { TestClock } from "../../contract/leases.ts";
import { type BilledService, MemoryAllowance } from "../../fakes/memory-cost-history.ts";
import { MemoryAnswers } from "../../fakes/memory-keeping.ts";

const costs = mockClient(CostExplorerClient);
const TODAY = Date.UTC(2026, 11, 10);
const ACCOUNT = "111111111111";
const BILL_NAMES: Readonly<Record<string, string>> = {
  ec2: "Amazon Elastic Compute Cloud - Compute",
  lambda: "AWS Lambda",
};

beforeEach(() => {
  costs.reset();
});

const group = (service: string, Amount: string, Unit = "USD") => ({
  Keys: [service],
  Metrics: { UnblendedCost: { Amount, Unit } },
});
const result = (day: string, ...Groups: readonly ReturnType<typeof group>[]) => ({
  TimePeriod: { Start: day, End: "" },
  Estimated: day >= "2026-12-09",
  Groups: [...Groups],
});

function history(changes: Partial<CostExplorerOptions> = {}) {
  const clock = new TestClock(TODAY + 10 * HOUR);
  const allowance = new MemoryAllowance(nanoUsd(0.05), clock);
  const cache = new MemoryAnswers(clock);
  const client = new CostExplorerClient({});
  const bill = new CostExplorerHistory({ client, allowance, cache, clock, onlyAccount: null, ...changes });
  const ask = (service: string | null, from = -7, to = 1, account = ACCOUNT) =>
    bill.daily({ account, service, window: { start: TODAY + from * DAY, end: TODAY + to * DAY } });
  return { clock, ask };
}

const asked = (): readonly GetCostAndUsageCommandInput[] =>
  costs.commandCalls(GetCostAndUsageCommand).map(({ args }) => args[0].input);

/** Answers as Cost Explorer does: the days asked for, of the account asked for. */
function answering(bill: readonly BilledService[]): void {
  costs
    .on(GetCostAndUsageCommand)
    .callsFake(
      ({
        TimePeriod: { Start, End },
        Filter,
      }: GetCostAndUsageCommandInput & { TimePeriod: { Start: string; End: string } }) => {
        const [account] = Filter?.And?.[0]?.Dimensions?.Values ?? [];
        const days = new Map<string, ReturnType<typeof result>>();
        for (const one of bill.filter((billed) => billed.account === account)) {
          for (const { day, usd, estimated } of one.days) {
            if (day < Start || day >= End) continue;
            const before = days.get(day) ?? { ...result(day), Estimated: estimated };
            before.Groups.push(group(BILL_NAMES[one.service] ?? one.service, usd));
            days.set(day, before);
          }
        }
        return { ResultsByTime: [...days.values()] };
      },
    );
}

costHistoryContract(
  "Cost Explorer",
  async (bill) => {
    answering(bill);
    const clock = new TestClock(TODAY);
    const [allowance, cache] = [new MemoryAllowance(nanoUsd(1), clock), new MemoryAnswers(clock)];
    return new CostExplorerHistory({ client: new CostExplorerClient({}), allowance, cache, clock, onlyAccount: null });
  },
  async () => {
    costs.on(GetCostAndUsageCommand).rejects(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    const clock = new TestClock(TODAY);
    const [allowance, cache] = [new MemoryAllowance(nanoUsd(1), clock), new MemoryAnswers(clock)];
    return new CostExplorerHistory({ client: new CostExplorerClient({}), allowance, cache, clock, onlyAccount: null });
  },
);

test("one question is the whole bill from the month's first day, without credits", async () => {
  costs.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [result("2026-12-08", group("AWS Lambda", "1"))] });
  await history().ask("lambda", -12);
  expect(asked()).toEqual([
    {
      TimePeriod: { Start: "2026-11-01", End: "2026-12-11" },
      Granularity: "DAILY",
      Metrics: ["UnblendedCost"],
      GroupBy: [{ Type: "DIMENSION", Key: "SERVICE" }],
      Filter: {
        And: [
          { Dimensions: { Key: "LINKED_ACCOUNT", Values: [ACCOUNT] } },
          { Not: { Dimensions: { Key: "RECORD_TYPE", Values: ["Credit", "Refund"] } } },
        ],
      },
      NextPageToken: undefined,
    },
  ]);
});

test("on the first of a month, too, a day is asked for", async () => {
  costs.on(GetCostAndUsageCommand).resolves({});
  const { clock, ask } = history();
  clock.time = Date.UTC(2026, 11, 1, 0, 5);
  await ask("ec2", -9, -8);
  expect(asked()[0]?.TimePeriod).toEqual({ Start: "2026-12-01", End: "2026-12-02" });
});

test("lines of a day are added up exactly, over all pages and all names of a service", async () => {
  const pages = [
    [result("2026-12-07", group("EC2 - Other", "0.1000000004"), group("AWS Lambda", "9"))],
    [
      result("2026-12-07", group("Amazon Elastic Compute Cloud - Compute", "12.2")),
      result("2026-12-09", group("EC2 - Other", "0.3")),
    ],
  ];
  costs
    .on(GetCostAndUsageCommand)
    .resolvesOnce({ ResultsByTime: pages[0], NextPageToken: "2" })
    .resolves({ ResultsByTime: pages[1] });
  expect(await history().ask("ec2")).toEqual({
    status: "known",
    days: [
      { day: "2026-12-07", usd: "12.3", estimated: false },
      { day: "2026-12-09", usd: "0.3", estimated: true },
    ],
  });
  expect(asked().map(({ NextPageToken }) => NextPageToken)).toEqual([undefined, "2"]);
});

test("of the bill the days asked for, the last one not among them", async () => {
  const days = ["2026-12-04", "2026-12-05", "2026-12-06", "2026-12-07"];
  costs
    .on(GetCostAndUsageCommand)
    .resolves({ ResultsByTime: days.map((day) => result(day, group("AWS Lambda", "1"))) });
  const answer = await history().ask("lambda", -5, -3);
  expect(answer).toMatchObject({ days: [{ day: "2026-12-05" }, { day: "2026-12-06" }] });
});

test("all that an account is billed for", async () => {
  costs.on(GetCostAndUsageCommand).resolves({
    ResultsByTime: [result("2026-12-07", group("Tax", "1"), group("Claude (Amazon Bedrock Edition)", "2.5"))],
  });
  const { ask } = history();
  expect(await ask(null)).toMatchObject({ days: [{ usd: "3.5" }] });
  expect(await ask("bedrock")).toMatchObject({ days: [{ usd: "2.5" }] });
});

describe("a cent a page", () => {
  test("is spent once a day on an account, whatever is asked and by how many", async () => {
    costs.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [result("2026-12-07", group("AWS Lambda", "1"))] });
    const { clock, ask } = history();
    await Promise.all([ask("lambda"), ask("ec2"), ask(null, -5)]);
    await ask("lambda", -3);
    expect(asked()).toHaveLength(1);
    clock.time = TODAY + DAY;
    await ask("lambda");
    expect(asked()).toHaveLength(2);
  });

  test("is not spent when the allowance is used up, in the middle of an answer either", async () => {
    costs.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [], NextPageToken: "more" });
    const answer = await history().ask("lambda");
    expect(answer).toEqual({
      status: "unavailable",
      reason: "the month's allowance for questions to Cost Explorer is used up",
    });
    expect(asked()).toHaveLength(5);
  });

  test("is not spent where it cannot be counted", async () => {
    const take = async () => {
      throw new TrailwatchError("AWS_ACCESS_DENIED", "no", "no");
    };
    expect(await history({ allowance: { take } }).ask("lambda")).toEqual({
      status: "unavailable",
      reason: "what questions to Cost Explorer cost cannot be counted now",
    });
    expect(asked()).toHaveLength(0);
  });

  test("is spent where the cache fails, and the answer is there", async () => {
    costs.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [result("2026-12-07", group("AWS Lambda", "1"))] });
    const fail = async () => {
      throw new Error("away");
    };
    expect(await history({ cache: { read: fail, write: fail } }).ask("lambda")).toMatchObject({ status: "known" });
  });
});

test.each([
  ["AccessDeniedException", 400, "may not be asked", 1],
  ["DataUnavailableException", 400, "no data yet", 1],
  ["ValidationException", 400, "refuses the question", 1],
  ["LimitExceededException", 400, "too busy", 2],
  ["TimeoutError", undefined, "cannot be reached", 2],
])("%s: said in a clause, and asked again only where that may help", async (name, httpStatusCode, said, requests) => {
  costs.on(GetCostAndUsageCommand).rejects(Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } }));
  const { clock, ask } = history();
  for (let time = 0; time < 2; time++) {
    expect(await ask("lambda")).toEqual({ status: "unavailable", reason: expect.stringContaining(said) });
  }
  expect(asked()).toHaveLength(requests);
  clock.time += HOUR;
  await ask("lambda");
  expect(asked()).toHaveLength(requests + 1);
});

test("errors of the bill itself are of the family", async () => {
  costs.on(GetCostAndUsageCommand).rejects(Object.assign(new Error("no"), { name: "DataUnavailableException" }));
  const read = () => readBill(new CostExplorerClient({}), ACCOUNT, "2026-12-01", "2026-12-02", async () => {});
  await expect(read()).rejects.toMatchObject({ code: "AWS_DATA_UNAVAILABLE" });
  costs.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [result("2026-12-01", group("x", "1", "CNY"))] });
  await expect(read()).rejects.toMatchObject({ code: "AWS_DATA_UNAVAILABLE", message: "the bill is in CNY" });
  costs.on(GetCostAndUsageCommand).resolves({ NextPageToken: "the same again" });
  await expect(read()).rejects.toMatchObject({ code: "AWS_FAILED" });
});

test("who sees one account only says so, and asks nothing of others", async () => {
  costs.on(GetCostAndUsageCommand).resolves({ ResultsByTime: [result("2026-12-07", group("AWS Lambda", "1"))] });
  const { ask } = history({ onlyAccount: ACCOUNT });
  expect(await ask("lambda", -7, 1, "222222222222")).toMatchObject({
    reason: expect.stringContaining("management account"),
  });
  expect(asked()).toHaveLength(0);
  expect(await ask("lambda")).toMatchObject({ status: "known" });
});

test("days to come and services that the bill does not name cost nothing", async () => {
  const { ask } = history();
  expect(await ask("lambda", 1, 3)).toEqual({ status: "unavailable", reason: "none of these days is billed yet" });
  expect(await ask("__proto__")).toMatchObject({ reason: "it is not known what the bill calls __proto__" });
  expect(asked()).toHaveLength(0);
});

test.each([
  ["12.3456789014", 12_345_678_901n],
  ["12.3456789016", 12_345_678_902n],
  ["-0.5", -500_000_000n],
  ["7", 7_000_000_000n],
  ["0.0000000005", 1n],
  ["1.5E-7", 150n],
])("%s dollars are %s billionths", (text, nanos) => {
  expect(decimalUsd(text)).toBe(nanos);
});
