import type { TrailwatchError } from "#core/domain/errors.ts";
import type { Incident } from "#core/domain/incident.ts";
import { escapeSlack } from "#core/messages/escape.ts";
import { emailSubject, type NotificationOptions } from "#core/messages/notification.ts";
import { notificationSlack } from "#core/messages/notification-markup.ts";
import type { Notice, Notifier } from "#core/ports/notifier.ts";
import { sectionBlocks } from "./blocks.ts";
import { slackError, unreachable } from "./slack-error.ts";
import { webhookUrl } from "./webhook.ts";

const TIMEOUT_MS = 10_000;
/** What Slack answers when an address is no longer one: it was rotated, or its channel is gone. */
const OUTDATED = new Set([403, 404, 410]);

/** What a webhook's secret holds; asked again, `fresh`, where the address it held does not work any more. */
export type WebhookSecret = (fresh: boolean) => Promise<string>;

/** A channel of Slack, by the webhook that Slack made for it. */
export class SlackNotifier implements Notifier {
  readonly name = "slack";
  readonly #secret: WebhookSecret;

  constructor(secret: WebhookSecret) {
    this.#secret = secret;
  }

  /**
   * Rejects with TrailwatchError `NOTIFICATION_FAILED` (it passes by itself), `NOTIFICATION_REFUSED`,
   * `CONFIGURATION_INVALID`, or what reading the secret rejects with. A webhook's answer has no id: it is `ok`.
   */
  async publish({ incident, options }: Notice): Promise<string> {
    const body = JSON.stringify(slackMessage(incident, options));
    const held = await this.#secret(false);
    const refused = await send(webhookUrl(held), body);
    if (refused === null) return "ok";
    const fresh = OUTDATED.has(refused.status) ? await this.#secret(true) : held;
    if (fresh === held) throw refused.error;
    const again = await send(webhookUrl(fresh), body);
    if (again !== null) throw again.error;
    return "ok";
  }
}

/** `text` is what notifications and screen readers say. */
const slackMessage = (incident: Incident, options: NotificationOptions): object => ({
  text: escapeSlack(emailSubject(incident)),
  blocks: sectionBlocks(notificationSlack(incident, options)),
  unfurl_links: false,
  unfurl_media: false,
});

/** `null` where Slack took it. */
async function send(
  url: URL,
  json: string,
): Promise<{ readonly status: number; readonly error: TrailwatchError } | null> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: json,
      // an address that sends elsewhere is not the one that was stored
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw unreachable(error);
  }
  if (response.status === 200) return null;
  return { status: response.status, error: slackError(response.status, text, response.headers.get("retry-after")) };
}
