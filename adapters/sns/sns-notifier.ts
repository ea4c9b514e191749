import type { PublishCommandInput, SNSClient } from "@aws-sdk/client-sns";
import { PublishCommand } from "@aws-sdk/client-sns";
import { awsError } from "#adapters/shared/aws-errors.ts";
import type { Notice, Notifier } from "#core/ports/notifier.ts";
import { chatMessage } from "./chat-message.ts";
import { incidentMessage } from "./incident-message.ts";

/** A topic, with e-mail, queues, functions and endpoints subscribed to it. */
export class SnsNotifier implements Notifier {
  readonly name = "sns";
  readonly #client: SNSClient;
  readonly #topicArn: string;

  constructor(client: SNSClient, topicArn: string) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  publish(notice: Notice): Promise<string> {
    return publish(this.#client, incidentMessage(this.#topicArn, notice));
  }
}

/** A topic that only Amazon Q Developer in chat applications is subscribed to. */
export class ChatNotifier implements Notifier {
  readonly name = "chat";
  readonly #client: SNSClient;
  readonly #topicArn: string;

  constructor(client: SNSClient, topicArn: string) {
    this.#client = client;
    this.#topicArn = topicArn;
  }

  publish(notice: Notice): Promise<string> {
    return publish(this.#client, chatMessage(this.#topicArn, notice));
  }
}

async function publish(client: SNSClient, input: PublishCommandInput): Promise<string> {
  try {
    return (await client.send(new PublishCommand(input))).MessageId ?? "";
  } catch (error) {
    const right = `sns:Publish on ${input.TopicArn}, and kms:GenerateDataKey and kms:Decrypt on its key`;
    throw awsError(error, `publish to ${input.TopicArn}`, right);
  }
}
