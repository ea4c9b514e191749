import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { escapeChat, escapeMarkdown, escapeSlack, markdownCode } from "#core/messages/escape.ts";
import { machineText } from "#core/messages/machine-text.ts";
import { emailSubject, notificationText } from "#core/messages/notification.ts";
import { notificationChat, notificationMarkdown, notificationSlack } from "#core/messages/notification-markup.ts";
import { visible } from "#core/messages/visible.ts";
import { renderIncidentJson, renderNdjson } from "../../cli/render/json.ts";
import { renderIncidentMarkdown, renderMarkdown } from "../../cli/render/markdown.ts";
import { renderIncident, renderText } from "../../cli/render/text.ts";
import { analysisOf } from "../unit/render/analysis.ts";
import { hostileIncident, hostileName, hostileNames } from "./hostile-incident.ts";

const RUNS = { numRuns: 40, seed: 11 };
/** All that acts instead of showing; a line feed is ours to set. */
const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const OPTIONS = { width: 100, colour: false };

const harmless = {
  user: "QuserQuser",
  session: "QsessionQsession",
  agent: "QagentQagent",
  resource: "QresourceQresource",
  alias: "QaliasQalias",
  owner: "QownerQowner",
  error: "QerrorQerror",
  counterparty: "QpartnerQpartner",
  network: "QnetworkQnetwork",
};

test("whatever names say, nothing leaves that a terminal, a mail program or a page acts on", async () => {
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      const incident = await hostileIncident(names);
      const analysis = analysisOf([incident], incident.accounts);
      for (const text of [
        notificationText(incident),
        renderText(analysis, OPTIONS),
        renderIncident(incident, OPTIONS),
        renderMarkdown(analysis),
        renderIncidentMarkdown(incident),
        renderNdjson(analysis),
        renderIncidentJson(incident),
        machineText({ incident, occasion: "opened", options: {} }, () => true),
      ]) {
        const shown = text.replaceAll("\n", "").replaceAll("\u2060", "");
        expect(ACTS.exec(shown)).toBeNull();
      }
      expect(notificationSlack(incident).replace(/[\n\u2060]/g, "")).not.toMatch(ACTS);
      expect(emailSubject(incident)).toMatch(/^[\x20-\x7e]{1,100}$/);
    }),
    RUNS,
  );
});

test("hostile names add no lines to a message", async () => {
  const lines = (text: string): number => text.split("\n").length;
  const plain = await hostileIncident(harmless);
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      const incident = await hostileIncident(names);
      // a command that cannot be pasted safely is left out, so there may be fewer lines, never more
      expect(lines(notificationText(incident))).toBeLessThanOrEqual(lines(notificationText(plain)));
      expect(lines(notificationSlack(incident))).toBeLessThanOrEqual(lines(notificationSlack(plain)));
      expect(lines(notificationMarkdown(incident))).toBeLessThanOrEqual(lines(notificationMarkdown(plain)));
    }),
    RUNS,
  );
});

test("Slack sees no link, mention or entity that we did not write", async () => {
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      const slack = notificationSlack(await hostileIncident(names));
      for (const [, inside] of slack.matchAll(/<([^>]*)>/g)) {
        expect(inside).toMatch(/^https:\/\/[a-z0-9-]+\.console\.aws\.amazon\.com\//);
        expect(inside).not.toContain("|");
      }
      expect(slack.replace(/&(?:amp|lt|gt);/g, "")).not.toContain("&");
    }),
    RUNS,
  );
});

test("a chat that reads Markdown sees no link that we did not write", async () => {
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      const chat = notificationChat(await hostileIncident(names));
      const ours = /^ {4}<https:\/\/[a-z0-9-]+\.console\.aws\.amazon\.com\/[^>]*>$/gm;
      expect(chat).toMatch(ours);
      // what stands in a code span is shown as it is
      const rest = chat.replace(ours, "").replace(/`[^`\n]*`/g, "");
      expect(rest).not.toMatch(/\]\(|\]\[|\]:|:\/\/|www\./i);
    }),
    RUNS,
  );
});

test("a chat is told all that the text says", () => {
  fc.assert(
    fc.property(hostileName("Q"), (name) => {
      const text = escapeChat(visible(name));
      expect(text).not.toMatch(/\]\(|\]\[|\]:|:\/\/|www\./i);
      expect(text.replaceAll("\u2060", "")).toBe(escapeSlack(visible(name)).replaceAll("\u2060", ""));
    }),
    { numRuns: 500, seed: 5 },
  );
});

test("in Slack's text no pair of marks forms", () => {
  fc.assert(
    fc.property(hostileName("Q"), (name) => {
      const text = escapeSlack(visible(name));
      expect(text).not.toMatch(/(?<!\u2060)[*_~`]|[*_~`](?!\u2060)/);
      expect(text).not.toMatch(/[<>]/);
      expect(text).not.toMatch(/:[\w+-]+:/);
      expect(text).not.toMatch(/@\w/);
      // and nothing is lost
      expect(text.replaceAll("\u2060", "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&")).toBe(
        visible(name),
      );
    }),
    { numRuns: 500, seed: 3 },
  );
});

test("in Markdown every mark is escaped, and unescaping gives the name back", () => {
  fc.assert(
    fc.property(hostileName("Q"), (name) => {
      const text = escapeMarkdown(visible(name));
      const bare = text.replace(/\\[\\`*_[\]|~$#+=.)-]/g, "");
      expect(bare).not.toMatch(/[`*_[\]<>|~$]/);
      expect(bare).not.toMatch(/:\/\/|www\.|@\w/i);
      expect(bare.replace(/&(?:lt|gt|amp|#47|#46);/g, "")).not.toContain("&");
      const back = text
        .replaceAll("\u2060", "")
        .replace(/&#47;/g, "/")
        .replace(/&#46;/g, ".")
        .replace(/\\([\\`*_[\]|~$#+=.)-])/g, "$1")
        .replace(/&lt;/g, "<")
        .replace(/&gt;/g, ">")
        .replace(/&amp;/g, "&");
      expect(back).toBe(visible(name));
    }),
    { numRuns: 500, seed: 4 },
  );
});

test("a code span holds whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("`", "a", " ", "\\"), maxLength: 12 }), (text) => {
      const [, fence = ""] = /^(`+)/.exec(markdownCode(`x${text}x`)) ?? [];
      const inside = markdownCode(`x${text}x`).slice(fence.length, -fence.length);
      expect(inside).toBe(`x${text}x`);
      expect(inside.match(/`+/g)?.some((run) => run.length === fence.length) ?? false).toBe(false);
    }),
  );
});

test("every command that is offered parses to as many words as without hostile names", async () => {
  const commands: string[] = [];
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      for (const { command } of (await hostileIncident(names)).explanation.actions)
        if (command !== null) commands.push(command);
    }),
    RUNS,
  );
  // one shell for all: only words, no substitution, nothing that a second command could come from
  const script = commands.map((command) => `count ${command}`).join("\n");
  const counts = execFileSync("sh", ["-u"], { input: `count() { echo "$1 $#"; }\n${script}\n` })
    .toString("utf8")
    .trim()
    .split("\n");
  expect(counts).toHaveLength(commands.length);
  for (const line of counts) expect(line).toMatch(/^aws \d{1,2}$/);
});

test("JSON says the names as they are", async () => {
  await fc.assert(
    fc.asyncProperty(hostileNames, async (names) => {
      const incident = await hostileIncident(names);
      const read = JSON.parse(renderIncidentJson(incident)) as typeof incident;
      expect(read.accounts[0]?.owner).toBe(names.owner);
      expect(read.principals[0]?.value).toBe(incident.principals[0]?.value);
    }),
    RUNS,
  );
});
