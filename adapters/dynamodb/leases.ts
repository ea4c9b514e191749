import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EpochMs } from "#core/domain/time.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Lease, Leases } from "#core/ports/leases.ts";
import { type Item, Table } from "./table.ts";

const keyOf = (name: string): Item => ({ key: `lease#${name}` });

/** Leases in the table of states. Their items stay, so that tokens only ever grow. */
export class DynamoLeases implements Leases {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, tableName: string, clock: Clock) {
    this.#table = new Table(client, tableName);
    this.#clock = clock;
  }

  async acquire(name: string, holder: string, lasting: EpochMs): Promise<Lease | null> {
    const now = this.#clock.now();
    const until = now + lasting;
    // The client sends a request again whose answer was lost: the attempt is known by this, whoever asks.
    const attempt = randomUUID();
    const { done, item } = await this.#table.update(
      keyOf(name),
      {
        UpdateExpression: "SET #until = :until, holder = :holder, attempt = :attempt ADD #token :one",
        ExpressionAttributeNames: { "#until": "until", "#token": "token" },
      },
      {
        expression: "attribute_not_exists(#until) OR #until <= :now",
        values: { ":until": until, ":holder": holder, ":attempt": attempt, ":now": now, ":one": 1 },
      },
    );
    return done || item["attempt"] === attempt ? { name, holder, token: Number(item?.["token"]), until } : null;
  }

  async renew(lease: Lease, lasting: EpochMs): Promise<Lease | null> {
    const until = this.#clock.now() + lasting;
    return (await this.#endAt(lease, until)) ? { ...lease, until } : null;
  }

  async release(lease: Lease): Promise<void> {
    await this.#endAt(lease, this.#clock.now());
  }

  async #endAt({ name, token }: Lease, until: EpochMs): Promise<boolean> {
    const { done } = await this.#table.update(
      keyOf(name),
      { UpdateExpression: "SET #until = :until", ExpressionAttributeNames: { "#until": "until", "#token": "token" } },
      { expression: "#token = :token", values: { ":until": until, ":token": token } },
    );
    return done;
  }
}
