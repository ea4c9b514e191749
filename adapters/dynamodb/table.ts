import { setTimeout as wait } from "node:timers/promises";
import { ConditionalCheckFailedException, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

export type Item = Readonly<Record<string, unknown>>;

/** A condition of a write, and the values that it speaks of. */
export interface Condition {
  readonly expression: string;
  readonly values?: Item;
}

/** What a conditional write found. `item` is what was there, as the item was before, where anything was. */
export type Written =
  | { readonly done: true; readonly item: Item | undefined }
  | { readonly done: false; readonly item: Item };

/** Keys that one request asks for at most. */
const BATCH = 100;
/** Waited before what a batch left undone is asked for again; with jitter. */
const PAUSES_MS = [50, 100, 200, 400, 800, 1600];

/**
 * One table, read consistently and written on conditions. Rejects with TrailwatchError, an `AWS_*` code; throttled requests
 * have then been tried as often as the client is told to.
 */
export class Table {
  readonly name: string;
  readonly #documents: DynamoDBDocumentClient;

  constructor(client: DynamoDBClient, name: string) {
    this.name = name;
    this.#documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  }

  async get<T extends Item>(key: Item): Promise<T | undefined> {
    return this.#asked("read", "dynamodb:GetItem", async () => {
      const { Item: item } = await this.#documents.send(
        new GetCommand({ TableName: this.name, Key: key, ConsistentRead: true }),
      );
      return item as T | undefined;
    });
  }

  /** Items that are there, in any order. */
  async getAll<T extends Item>(keys: readonly Item[]): Promise<readonly T[]> {
    const items: T[] = [];
    for (let at = 0; at < keys.length; at += BATCH) items.push(...(await this.#batch<T>(keys.slice(at, at + BATCH))));
    return items;
  }

  /** Replaces an item, or makes it. */
  async put(item: Item, condition?: Condition): Promise<Written> {
    return this.#conditional("dynamodb:PutItem", async () => {
      const { Attributes } = await this.#documents.send(
        new PutCommand({
          TableName: this.name,
          Item: item,
          ReturnValues: "ALL_OLD",
          ...(condition ? conditional(condition) : {}),
        }),
      );
      return Attributes;
    });
  }

  /** Changes attributes of an item; {@link Written.item} is the item after it. */
  async update(
    key: Item,
    change: Pick<UpdateCommandInput, "UpdateExpression" | "ExpressionAttributeNames">,
    condition: Condition,
  ): Promise<Written> {
    return this.#conditional("dynamodb:UpdateItem", async () => {
      const { Attributes } = await this.#documents.send(
        new UpdateCommand({
          TableName: this.name,
          Key: key,
          ReturnValues: "ALL_NEW",
          ...change,
          ...conditional(condition),
        }),
      );
      return Attributes;
    });
  }

  /** All pages. */
  async *query<T extends Item>(input: Omit<QueryCommandInput, "TableName">): AsyncGenerator<T> {
    let after: QueryCommandInput["ExclusiveStartKey"];
    do {
      const page = await this.#asked("read", "dynamodb:Query", () =>
        this.#documents.send(
          new QueryCommand({ ...input, TableName: this.name, ConsistentRead: true, ExclusiveStartKey: after }),
        ),
      );
      for (const item of page.Items ?? []) yield item as T;
      after = page.LastEvaluatedKey;
    } while (after);
  }

  /** An answer holds at most 16 MB, and less where the table is busy: the rest is asked for again. */
  async #batch<T extends Item>(keys: readonly Item[]): Promise<readonly T[]> {
    const items: T[] = [];
    let open: readonly Item[] = keys;
    for (let attempt = 0; ; attempt++) {
      const { Responses, UnprocessedKeys } = await this.#asked("read", "dynamodb:BatchGetItem", () =>
        this.#documents.send(
          new BatchGetCommand({ RequestItems: { [this.name]: { Keys: [...open], ConsistentRead: true } } }),
        ),
      );
      const got = Responses?.[this.name] ?? [];
      items.push(...(got as T[]));
      open = UnprocessedKeys?.[this.name]?.Keys ?? [];
      if (open.length === 0) return items;
      if (got.length > 0) attempt = 0;
      const pause = PAUSES_MS[attempt];
      if (pause === undefined) throw this.#busy();
      await wait(pause * (0.5 + Math.random()));
    }
  }

  async #conditional(action: string, write: () => Promise<Item | undefined>): Promise<Written> {
    return this.#asked("write", action, async () => {
      try {
        return { done: true, item: await write() };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return { done: false, item: plain(error.Item) };
        throw error;
      }
    });
  }

  async #asked<R>(doing: "read" | "write", action: string, ask: () => Promise<R>): Promise<R> {
    try {
      return await ask();
    } catch (error) {
      const key = doing === "read" ? "kms:Decrypt" : "kms:Decrypt and kms:GenerateDataKey";
      throw awsError(error, `${doing} the table ${this.name}`, `${action} on it, and ${key} on its key`);
    }
  }

  #busy(): TrailwatchError {
    return new TrailwatchError(
      "AWS_THROTTLED",
      `the table ${this.name} leaves reads undone, again and again`,
      "It is tried again by itself. If it lasts, look at the table's capacity and its throttled requests.",
    );
  }
}

const conditional = ({ expression, values }: Condition) => ({
  ConditionExpression: expression,
  ...(values ? { ExpressionAttributeValues: values } : {}),
  ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
});

/** Errors carry items in DynamoDB's own form; what conditions are about are texts and numbers. */
function plain(item: ConditionalCheckFailedException["Item"]): Item {
  return Object.fromEntries(
    Object.entries(item ?? {}).flatMap(([name, { S, N }]): [string, unknown][] =>
      S !== undefined ? [[name, S]] : N !== undefined ? [[name, Number(N)]] : [],
    ),
  );
}
