import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { NanoUsd } from "#core/domain/money.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Allowance } from "#core/ports/cost-history.ts";
import { expiry } from "./retention.ts";
import { Table } from "./table.ts";

/** What was spent in a month, counted in the table of states. */
export class DynamoAllowance implements Allowance {
  readonly #table: Table;
  readonly #limit: NanoUsd;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, tableName: string, limit: NanoUsd, clock: Clock) {
    this.#table = new Table(client, tableName);
    this.#limit = limit;
    this.#clock = clock;
  }

  /** A request that the client sends again because its answer was lost counts twice: too little is spent rather than too much. */
  async take(amount: NanoUsd): Promise<boolean> {
    if (amount > this.#limit) return false;
    const now = this.#clock.now();
    const { done } = await this.#table.update(
      keyOf(now),
      { UpdateExpression: "SET expiresAt = :expiresAt ADD spentNanos :amount" },
      {
        expression: "attribute_not_exists(spentNanos) OR spentNanos <= :room",
        values: { ":amount": amount, ":room": this.#limit - amount, ":expiresAt": expiry(now) },
      },
    );
    return done;
  }

  /** What was spent in the month up to now. */
  async spent(): Promise<NanoUsd> {
    const item = await this.#table.get<{ readonly spentNanos: number | bigint }>(keyOf(this.#clock.now()));
    return BigInt(item?.spentNanos ?? 0);
  }
}

const keyOf = (now: EpochMs) => ({ key: `spent#${new Date(now).toISOString().slice(0, 7)}` });
