import type { PublishCommandInput } from "@aws-sdk/client-sns";
import { cutLines } from "#core/messages/cut-text.ts";
import { escapeChat } from "#core/messages/escape.ts";
import { emailSubject } from "#core/messages/notification.ts";
import { notificationChat } from "#core/messages/notification-markup.ts";
import type { Notice } from "#core/ports/notifier.ts";
import { messageAttributes } from "./attributes.ts";

/** A chat shows some four thousand characters of one message before it hides or cuts the rest. */
const DESCRIPTION_BYTES = 4000;
const NEXT_STEPS = 5;

/**
 * The form that Amazon Q Developer in chat applications shows in Slack and Teams; it drops every other message without a
 * word, so its topic has to be one of its own. All revisions of an incident are one thread.
 */
export function chatMessage(topicArn: string, { incident, occasion, options }: Notice): PublishCommandInput {
  const { id, revision, severity, state, accounts, explanation } = incident;
  const title = escapeChat(emailSubject(incident));
  const body = {
    version: "1.0",
    source: "custom",
    id: `${id}-${revision}`,
    content: {
      textType: "client-markdown",
      title,
      description: cutLines(
        notificationChat(incident, options),
        DESCRIPTION_BYTES,
        `_The rest is left out: see ${id}_`,
      ),
      nextSteps: explanation.actions.slice(0, NEXT_STEPS).map(({ title: step }) => escapeChat(step)),
      keywords: [severity, state],
    },
    metadata: {
      threadId: id,
      summary: title,
      eventType: "incident",
      relatedResources: accounts.slice(0, NEXT_STEPS).map((account) => account.id),
      additionalContext: { severity, occasion, revision: String(revision) },
    },
  };
  return { TopicArn: topicArn, Message: JSON.stringify(body), MessageAttributes: messageAttributes(incident) };
}
