import type { Incident } from "../domain/incident.ts";
import { escapeChat, escapeMarkdown, escapeSlack, markdownCode } from "./escape.ts";
import { type Line, type NotificationOptions, notificationSections, TITLE } from "./notification.ts";
import { shorten } from "./visible.ts";

/** For ticket systems, chats and pages that read CommonMark. */
export function notificationMarkdown(incident: Incident, options: NotificationOptions = {}): string {
  const parts = notificationSections(incident, options).map(
    ({ heading, lines }) => `## ${heading}\n\n${lines.map(markdownLine).join("\n")}`,
  );
  return `${[`# ${TITLE}`, ...parts].join("\n\n")}\n`;
}

/** Two spaces and a break keep lines of text apart without paragraphs. */
export function markdownLine({ kind, text }: Line): string {
  switch (kind) {
    case "text":
      return `${escapeMarkdown(text)}  `;
    case "item":
      return numbered(text);
    case "detail":
      return `   - ${escapeMarkdown(text)}`;
    case "code":
      return `   - ${markdownCode(text)}`;
    case "link":
      return `   - <${text}>`;
  }
}

/** Our own numbers stay a list; the rest of the line is escaped. */
function numbered(text: string): string {
  const [, number, rest] = /^(\d+\. )(.*)$/s.exec(text) ?? [];
  return number === undefined || rest === undefined ? `- ${escapeMarkdown(text)}` : `${number}${escapeMarkdown(rest)}`;
}

/** Slack cuts a text block at 3,000 characters, and so would an escape in the middle. */
const SLACK_LINE = 600;

/** Slack's mrkdwn. */
export const notificationSlack = (incident: Incident, options: NotificationOptions = {}): string =>
  mrkdwn(incident, options, escapeSlack);

/** The same for chats that show it as Markdown, some of them: nothing links but what we link. */
export const notificationChat = (incident: Incident, options: NotificationOptions = {}): string =>
  mrkdwn(incident, options, escapeChat);

function mrkdwn(incident: Incident, options: NotificationOptions, escaped: (text: string) => string): string {
  const parts = notificationSections(incident, options).map(({ heading, lines }) =>
    [`*${heading}*`, ...lines.map((line) => mrkdwnLine(line, escaped))].join("\n"),
  );
  return `${[`*${TITLE}*`, ...parts].join("\n\n")}\n`;
}

function mrkdwnLine({ kind, text }: Line, escaped: (text: string) => string): string {
  const short = shorten(text, SLACK_LINE);
  switch (kind) {
    case "text":
      return escaped(short);
    case "item":
      return /^\d+\. /.test(short) ? escaped(short) : `• ${escaped(short)}`;
    case "detail":
      return `    ${escaped(short)}`;
    case "code":
      // a command must not carry invisible joiners into a shell: one with a backtick is shown without its frame
      return text.includes("`") ? `    ${escaped(text)}` : `    \`${slackEntities(text)}\``;
    case "link":
      return `    <${slackEntities(text)}>`;
  }
}

const slackEntities = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
