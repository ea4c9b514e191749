import { expect, test } from "@jest/globals";
import { eventsLink } from "#adapters/opensearch/documents/events-link.ts";
import { incidentFootprint } from "#adapters/opensearch/documents/incident-footprint.ts";
import type { AccountContext } from "#core/domain/account.ts";
import type { Finding } from "#core/domain/finding.ts";
import type { Incident } from "#core/domain/incident.ts";

const at = (text: string): number => Date.parse(text);
const finding = (
  of: { readonly kind: Finding["kind"] } & Readonly<Record<string, unknown>>,
  account: string,
  region: string,
  start: string,
  end: string,
): Finding => ({ ...of, account, region, window: { start: at(start), end: at(end) } }) as unknown as Finding;

test("an incident's footprint says which account on which day, and each pair once", () => {
  const launches = { kind: "anomaly", signal: "instances-launched" } as const;
  const findings = [
    finding(launches, "111111111111", "eu-west-1", "2026-11-03T22:00:00Z", "2026-11-05T00:00:00Z"),
    finding(launches, "111111111111", "us-east-1", "2026-11-04T01:00:00Z", "2026-11-04T02:00:00Z"),
    finding(
      { kind: "novelty", dimension: "region" },
      "222222222222",
      "*",
      "2026-11-06T00:00:00Z",
      "2026-11-06T00:05:00Z",
    ),
    finding({ kind: "policy" }, "222222222222", "global", "2026-11-06T00:00:00Z", "2026-11-06T00:05:00Z"),
  ];
  expect(incidentFootprint({ findings })).toEqual({
    // The end of a window is not in it.
    account_days: ["111111111111|2026-11-03", "111111111111|2026-11-04", "222222222222|2026-11-06"],
    account_regions: ["111111111111|eu-west-1", "111111111111|us-east-1", "222222222222|*", "222222222222|global"],
    account_findings: ["111111111111|instances-launched", "222222222222|first-region", "222222222222|policy"],
  });
});

const incident = (...ids: readonly string[]): Pick<Incident, "accounts" | "window"> => ({
  accounts: ids.map((id) => ({ id }) as AccountContext),
  window: { start: at("2026-11-03T22:00:00Z"), end: at("2026-11-05T00:00:00Z") },
});

const decoded = (link: string): readonly string[] => link.split("&").map(decodeURIComponent);

test("the link asks for the incident's accounts and window", () => {
  expect(decoded(eventsLink(incident("111111111111", "222222222222")))).toEqual([
    `query:(language:kuery,query:'account:("111111111111" or "222222222222")'))`,
    "_g=(filters:!(),time:(from:'2026-11-03T22:00:00.000Z',to:'2026-11-05T00:00:00.000Z'))",
  ]);
});

test("no account's name leaves its quotes, neither in the query nor in the address", () => {
  const hostile = `x" or account:* ')&_a=(filters:!(evil))#<b>\\`;
  const link = eventsLink(incident(hostile));
  expect(link).not.toMatch(/[#<>"\\ ]/);
  expect(link.split("&")).toHaveLength(2);
  expect(decoded(link)[0]).toBe(
    `query:(language:kuery,query:'account:("x\\" or account:* !')&_a=(filters:!!(evil))#<b>\\\\")'))`,
  );
});
