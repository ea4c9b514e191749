import { expect, test } from "@jest/globals";
import { HOUR, MINUTE } from "#core/domain/time.ts";
import { renderEvents } from "../../../cli/render/events.ts";
import { columns } from "../../../cli/render/terminal.ts";
import { event, NIGHT, PROD, quantity, restartIds } from "../explain/world.ts";

const plain = { width: 100, colour: false };
const ALIASES = new Map([[PROD.id, PROD.alias]]);

function stored() {
  restartIds();
  const person = {
    principal: {
      id: `arn:aws:iam::${PROD.id}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef`,
      session: "ana@example.com",
    },
    origin: { tool: "aws-cli" },
  } as const;
  const launch = event(NIGHT, "ec2:RunInstances", {
    ...person,
    resources: ["instance/i-0aa", "instance/i-0bb"],
    quantities: [quantity("instances", 2, { item: "g5.xlarge" }), quantity("accelerated-instances", 2)],
  });
  const stop = event(NIGHT + MINUTE, "cloudtrail:StopLogging", {
    ...person,
    marks: ["guardrail-off"],
    resources: ["arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"],
    outcome: "denied",
    errorCode: "AccessDenied",
  });
  const scaling = event(NIGHT + HOUR, "ec2:TerminateInstances", {
    principal: { id: "autoscaling.amazonaws.com", session: null },
    origin: { invokedBy: "autoscaling.amazonaws.com", tool: "aws-service" },
    quantities: [quantity("instances", 1, { change: "removed", item: "g5.xlarge" })],
  });
  return [
    { event: launch, file: "logs/a.json.gz", record: 7 },
    { event: stop, file: "logs/b.json.gz", record: 1 },
    { event: scaling, file: "logs/a.json.gz", record: 12 },
  ];
}

test("place and caller are said once, each event in a line with its record, the files at the end", () => {
  expect(renderEvents(stored(), ALIASES, plain).split("\n")).toEqual([
    "2026-11-03 UTC  prod-main (111122223333), eu-west-1",
    "  by ana@example.com (Admin through Identity Center) from 198.51.100.7 with the AWS CLI",
    "    02:10:00  ec2:RunInstances        +2 g5.xlarge, instance/i-0aa and 1 more [f1#7]",
    "    02:11:00  cloudtrail:StopLogging  denied (AccessDenied), ! guardrail off, trail/org [f2#1]",
    "  by autoscaling.amazonaws.com",
    "    03:10:00  ec2:TerminateInstances  -1 g5.xlarge [f1#12]",
    "",
    "f1  logs/a.json.gz",
    "f2  logs/b.json.gz",
    "",
  ]);
});

test("an account without a name is its number, a new day or place begins a new block", () => {
  const [first, second] = stored();
  if (!first || !second) throw new Error("two events");
  const elsewhere = { ...second, event: { ...second.event, region: "us-east-1" } };
  const text = renderEvents([first, elsewhere], new Map(), plain);
  expect(text).toContain("2026-11-03 UTC  111122223333, eu-west-1\n  by ana");
  expect(text).toContain("\n\n2026-11-03 UTC  111122223333, us-east-1\n  by ana");
});

test("lines fit, but for names of files, which are to be copied", () => {
  const long = stored().map((one) => ({
    ...one,
    event: { ...one.event, resources: ["x".repeat(300), "y"], errorCode: "E".repeat(90) },
  }));
  for (const line of renderEvents(long, ALIASES, { width: 80, colour: false }).split("\n")) {
    const alone = line
      .trim()
      .split(" ")
      .some((word) => columns(word) > 40);
    expect([line, alone || columns(line) <= 80]).toEqual([line, true]);
  }
});

test("what an attacker wrote stays one visible line", () => {
  const [first] = stored();
  if (!first) throw new Error("an event");
  const hostile = "\u001b[31mx\nHIGH  forged\u202e";
  const text = renderEvents(
    [
      {
        ...first,
        file: `logs/${hostile}`,
        event: { ...first.event, resources: [hostile], principal: { ...first.event.principal, session: hostile } },
      },
    ],
    new Map([[PROD.id, hostile]]),
    plain,
  );
  expect(text).not.toContain("\u001b");
  expect(text).not.toContain("\u202e");
  expect(text).not.toMatch(/^HIGH/m);
});
