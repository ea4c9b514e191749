import type { PublishCommandInput } from "@aws-sdk/client-sns";
import { cutLines, utf8Length } from "#core/messages/cut-text.ts";
import { machineText } from "#core/messages/machine-text.ts";
import { emailSubject, notificationText } from "#core/messages/notification.ts";
import type { Notice } from "#core/ports/notifier.ts";
import { messageAttributes } from "./attributes.ts";

/** SNS takes 256 KB a message: the texts for all protocols and the attributes together. */
const LIMIT_BYTES = 262_144;
/** A mail of this length has some thousand lines; as a JSON string, where a quote takes two bytes, it leaves room. */
const MAIL_BYTES = 100_000;

/**
 * One message, told to each subscriber in its own way: the text for e-mail, the subject for a phone, and JSON for
 * everything else (queues, functions, HTTPS endpoints, Firehose).
 */
export function incidentMessage(topicArn: string, notice: Notice): PublishCommandInput {
  const { incident, options } = notice;
  const attributes = messageAttributes(incident);
  const subject = emailSubject(incident);
  const email = cutLines(notificationText(incident, options), MAIL_BYTES, rest(notice));
  const message = (json: string): string => JSON.stringify({ default: json, email, sms: subject });
  const room = LIMIT_BYTES - utf8Length(JSON.stringify(attributes));
  return {
    TopicArn: topicArn,
    Subject: subject,
    MessageStructure: "json",
    Message: message(machineText(notice, (json) => utf8Length(message(json)) <= room)),
    MessageAttributes: attributes,
  };
}

const rest = ({ incident, options: { more } }: Notice): string =>
  `[The rest is left out: a mail must not be longer. ${more === undefined ? `Look up incident ${incident.id}.` : `More: ${more}`}]`;
