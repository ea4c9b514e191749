import { expect, test } from "@jest/globals";
import type { CheckResult, Standing } from "#core/doctor/check.ts";
import { renderCheck, renderTally } from "../../../cli/render/doctor.ts";

const result = (standing: Standing, changes: Partial<CheckResult> = {}): CheckResult => ({
  id: "trail",
  title: "The trail is logging",
  standing,
  found: "org-trail-trailwatch logs",
  todo: [],
  ...changes,
});
const PLAIN = { width: 60, colour: false };

test("a check is a word, what it is about, what was found, and steps", () => {
  const found = `stopped by ${"somebody ".repeat(8)}\u202e`;
  const command = `aws cloudtrail start-logging --name arn:aws:cloudtrail:eu-west-1:111122223333:trail/org-trail-trailwatch`;
  const lines = renderCheck(result("wrong", { found, todo: [command, "Then look again."] }), PLAIN).split("\n");
  expect(lines[0]).toBe("WRONG    The trail is logging");
  expect(lines.slice(1, 3).every((line) => line.startsWith("         ") && line.length <= 60)).toBe(true);
  expect(lines.join("\n")).not.toContain("\u202e");
  // A command can be copied.
  expect(lines).toContain(`         > ${command}`);
  expect(lines.at(-2)).toBe("         > Then look again.");
});

test("only a terminal that wants them gets colours", () => {
  expect(renderCheck(result("ok"), PLAIN)).toBe("ok       The trail is logging\n         org-trail-trailwatch logs\n");
  expect(renderCheck(result("ok"), { ...PLAIN, colour: true })).toContain("\u001b[32m");
});

test("the last line counts, what is wrong first", () => {
  expect(renderTally([result("ok"), result("skipped"), result("ok")])).toBe("\n2 as it should be\n");
  const all = (["ok", "warning", "unknown", "wrong", "wrong"] as const).map((standing) => result(standing));
  expect(renderTally(all)).toBe("\n2 wrong, 1 could not be looked at, 1 to know of, 1 as it should be\n");
});
