import fc from "fast-check";
import type { Incident } from "#core/domain/incident.ts";
import type { PricedUsageEvent } from "#core/domain/usage-event.ts";
import {
  account,
  anomaly,
  DEV,
  draft,
  event,
  explain,
  launches,
  NIGHT,
  novelty,
  restartIds,
} from "../unit/explain/world.ts";

/** What an attacker may put into a name to be more than a name. */
const PIECES = [
  "<!channel>",
  "<@U123>",
  "<https://evil.example|AWS console>",
  "[AWS](https://evil.example)",
  "![x](https://evil.example/x.png)",
  "**bold**",
  "_it_",
  "~~s~~",
  "`code`",
  "```",
  "| a | b |",
  "# heading",
  "- item",
  "1. item",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "&lt;b&gt;",
  "&amp;",
  "@everyone",
  "mail@evil.example",
  "www.evil.example",
  "https://evil.example",
  ":warning:",
  "\u001b[2J\u001b]0;title\u0007",
  "\u009b31m",
  "\r\n",
  "\n\n# new",
  "\u2028",
  "\u202egnp.exe",
  "\u2066x\u2069",
  "\u200b",
  "\u{e0041}",
  "$(id)",
  "`id`",
  "'; drop table events; --",
  "' or '1'='1",
  '"',
  "\\",
  "e\u0301\u0301\u0301\u0301\u0301\u0301",
  "\ud800",
  "日本",
  "🚨",
  "%s%n",
  "$&",
  "x".repeat(300),
];

/** Marks each value so that a test can find it again, or see that it is gone. */
export const hostileName = (tag: string): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 8 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((pieces) => `${tag}${pieces.join("")}${tag}`);

export interface HostileNames {
  readonly user: string;
  readonly session: string;
  readonly agent: string;
  readonly resource: string;
  readonly alias: string;
  readonly owner: string;
  readonly error: string;
  readonly counterparty: string;
  readonly network: string;
}

export const hostileNames: fc.Arbitrary<HostileNames> = fc.record({
  user: hostileName("Quser"),
  session: hostileName("Qsession"),
  agent: hostileName("Qagent"),
  resource: hostileName("Qresource"),
  alias: hostileName("Qalias"),
  owner: hostileName("Qowner"),
  error: hostileName("Qerror"),
  counterparty: hostileName("Qpartner"),
  network: hostileName("Qnetwork"),
});

/** An incident in which every name that somebody else chooses is hostile. */
export async function hostileIncident(names: HostileNames): Promise<Incident> {
  restartIds();
  const where = account(DEV.id, names.alias, "development", {
    owner: names.owner,
    ouPath: `/${names.owner}`,
    tags: { team: names.owner },
  });
  const caller: Parameters<typeof event>[2] = {
    account: DEV.id,
    principal: {
      type: "user",
      id: `arn:aws:iam::${DEV.id}:user/${names.user}`,
      name: names.user,
      session: names.session,
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    },
    origin: { userAgent: names.agent, sourceIp: "203.0.113.66", network: names.network, tool: "other" },
    counterparties: [names.counterparty],
  };
  const refused: readonly PricedUsageEvent[] = Array.from({ length: 9 }, (_, at) =>
    event(NIGHT - 60_000 * (at + 1), "iam:ListUsers", { ...caller, outcome: "denied", errorCode: names.error }),
  );
  const stack = event(NIGHT - 120_000, "cloudformation:UpdateStack", {
    ...caller,
    resources: [`stack/${names.resource}/1`],
  });
  const made = launches(12, "p3.16xlarge", 30, NIGHT, { ...caller, resources: [names.resource] }, true);
  const findings = [
    anomaly("instances-launched", made, where, 2),
    anomaly("denied-calls", refused, where, 1, { severity: "medium" }),
    novelty("network", names.network, made, where),
    novelty("principal", `arn:aws:iam::${DEV.id}:user/${names.user}`, made, where),
  ];
  return explain(
    draft(findings, made, [where], {
      severityReasons: [`by ${names.user}`],
      joinedBy: [`the session ${names.session}`],
    }),
    [...refused, stack, ...made],
  );
}
