import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { failedInvocation } from "#adapters/shared/failed-invocation.ts";
import type { EpochMs } from "#core/domain/time.ts";
import type { FailedBatch } from "#core/ports/failed-batches.ts";

/** What waits in a queue to be given to a function again. */
export interface QueuedBatch {
  /** The function that failed; `null` where the message is what another queue gave up, which does not say it. */
  readonly source: string | null;
  readonly failedAt: EpochMs;
  readonly reason: string;
  /** The event to invoke the function with; `null` of a stream's batch, of which a queue is only told where it was. */
  readonly payload: unknown;
  /** Removes it from the queue: what it holds has been worked off. */
  done(): Promise<void>;
}

const BATCH = 10;
const WAIT_SECONDS = 1;

/**
 * The queue of what failed: Lambda's on-failure destination, or the dead-letter queue of a queue that feeds a function,
 * whose messages come back as that function gets them. What is not {@link QueuedBatch.done} shows up again by itself when
 * the queue's visibility time-out is over.
 */
export class FailureQueue {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(client: SQSClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  /** At most ten; empty where nothing waits. Rejects with TrailwatchError, an `AWS_*` code. */
  async receive(): Promise<readonly QueuedBatch[]> {
    try {
      const { Messages } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: BATCH,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ["SentTimestamp"],
          MessageAttributeNames: ["All"],
        }),
      );
      return (Messages ?? []).map((message) => this.#batch(message));
    } catch (error) {
      throw awsError(error, `read ${this.#url}`, "sqs:ReceiveMessage on it, and kms:Decrypt on its key");
    }
  }

  /** About how many wait. Rejects with TrailwatchError, an `AWS_*` code. */
  async waiting(): Promise<number> {
    try {
      const { Attributes } = await this.#client.send(
        new GetQueueAttributesCommand({ QueueUrl: this.#url, AttributeNames: ["ApproximateNumberOfMessages"] }),
      );
      return Number(Attributes?.["ApproximateNumberOfMessages"] ?? 0);
    } catch (error) {
      throw awsError(error, `look at ${this.#url}`, "sqs:GetQueueAttributes on it");
    }
  }

  #batch(message: Message): QueuedBatch {
    const done = () => this.#remove(message.ReceiptHandle ?? "");
    const sentAt = Number(message.Attributes?.SentTimestamp ?? 0);
    const failed = invocationIn(message);
    if (failed) {
      const { source, reason, payload } = failed;
      return { source, failedAt: failed.failedAt || sentAt, reason, payload, done };
    }
    return {
      source: null,
      failedAt: sentAt,
      reason: "given up by the queue that feeds the function",
      payload: { Records: [queueRecord(message)] },
      done,
    };
  }

  async #remove(handle: string): Promise<void> {
    try {
      await this.#client.send(new DeleteMessageCommand({ QueueUrl: this.#url, ReceiptHandle: handle }));
    } catch (error) {
      throw awsError(error, `remove a message from ${this.#url}`, "sqs:DeleteMessage on it");
    }
  }
}

function invocationIn({ Body }: Message): FailedBatch | null {
  try {
    return failedInvocation(JSON.parse(Body ?? ""));
  } catch {
    return null;
  }
}

/** As a function gets a message of SQS. */
const queueRecord = ({ MessageId, Body, MD5OfBody, Attributes }: Message) => ({
  messageId: MessageId ?? "",
  receiptHandle: "",
  body: Body ?? "",
  attributes: Attributes ?? {},
  messageAttributes: {},
  md5OfBody: MD5OfBody ?? "",
  eventSource: "aws:sqs",
});
