import { describe, expect, test } from "@jest/globals";
import type { Incident } from "#core/domain/incident.ts";
import { emailSubject, HEADINGS, notificationText, TITLE } from "#core/messages/notification.ts";
import { notificationMarkdown, notificationSlack } from "#core/messages/notification-markup.ts";
import { STORIES } from "../explain/stories.ts";

const incidentOf = async (name: keyof typeof STORIES): Promise<Incident> => (await STORIES[name]()).incident;

test("the sections stand in their order, each once", async () => {
  const text = notificationText(await incidentOf("fleet"));
  const lines = text.split("\n");
  expect(lines.filter((line) => /^\p{Extended_Pictographic}/u.test(line))).toEqual([
    "🚨 AWS Usage Anomaly Detected - Enhanced Insights",
    "📊 ANOMALY SUMMARY:",
    "🔍 POTENTIAL CAUSES:",
    "💡 RECOMMENDED ACTIONS:",
    "💰 COST IMPACT:",
  ]);
  expect([TITLE, ...Object.values(HEADINGS)]).toHaveLength(5);
});

test("the summary says what, who, where, when and the cost before anything else", async () => {
  const [, summary = ""] = notificationText(await incidentOf("fleet"), { more: "trailwatch show x" }).split("\n\n");
  expect(summary.split("\n")).toEqual([
    "📊 ANOMALY SUMMARY:",
    "HIGH: 47 instances launched in 10 minutes in prod-main (production, eu-west-1), 15 times the usual 3, by role deploy",
    "Who: role deploy, arn:aws:iam::111122223333:role/deploy",
    "Where: prod-main, 111122223333, production, /Workloads/Production, owner web-team, cost center CC-17; eu-west-1",
    "When: 2026-11-03 02:10 to 02:20 UTC",
    "Cost: $201 to $241 per day",
    "Why high: 47 in ten minutes, the threshold for high is 20",
    expect.stringMatching(/^Incident: /),
    "More: trailwatch show x",
  ]);
});

test("the cost is told per day and month with what it rests on; unknown is not none", async () => {
  const fleet = await incidentOf("fleet");
  expect(notificationText(fleet)).toContain(
    "Estimated additional cost: $201 to $241 per day\nMonthly projection if the pattern continues: $6,108 to $7,330\n",
  );
  const unpriced = notificationText({ ...fleet, cost: { status: "unpriced", reason: "no price for x99.huge" } });
  expect(unpriced).toContain("Estimated additional cost: unknown, which does not mean none.");
  expect(notificationText(await incidentOf("loggingOff"))).toContain("Nothing in it costs money by itself.");
});

describe("e-mail subject", () => {
  test("severity first, whole words, at most 100 ASCII characters", async () => {
    expect(emailSubject(await incidentOf("fleet"))).toBe(
      "[HIGH] 47 instances launched in 10 minutes in prod-main (production, eu-west-1), 15 times the...",
    );
  });
  test("accents lose their marks, the rest becomes a question mark, lines cannot be added", async () => {
    const incident = await incidentOf("fleet");
    const subject = emailSubject({
      ...incident,
      explanation: { ...incident.explanation, summary: "Zoë\r\nBcc: x 日本" },
    });
    expect(subject).toBe("[HIGH] Zoe\\r\\nBcc: x ??");
  });
});

test("Markdown and Slack carry the same words, with commands and links as such", async () => {
  const incident = await incidentOf("mining");
  const markdown = notificationMarkdown(incident);
  expect(markdown).toContain("# 🚨 AWS Usage Anomaly Detected - Enhanced Insights\n\n## 📊 ANOMALY SUMMARY:\n");
  expect(markdown).toContain("   - `aws iam get-access-key-last-used --access-key-id AKIAIOSFODNN7EXAMPLE`");
  const slack = notificationSlack(incident);
  expect(slack).toContain("*📊 ANOMALY SUMMARY:*\nCRITICAL: GPU instances (8 x p3.16xlarge)");
  expect(slack).toContain("`aws iam get-access-key-last-used --access-key-id AKIAIOSFODNN7EXAMPLE`");
  expect(slack).toContain("2026-11-03 02:10 to 02:20 UTC");
});
