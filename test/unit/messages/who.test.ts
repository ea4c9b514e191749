import { expect, test } from "@jest/globals";
import type { Finding } from "#core/domain/finding.ts";
import { whoInFull, whoLine } from "#core/messages/who.ts";
import { anomaly, event, launches, NIGHT, PROD, PROD_EU, restartIds } from "../explain/world.ts";

const role = (name: string, of = PROD): string => `arn:aws:iam::${of.id}:role/${name}`;
const PERSON = role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef");
const SCALING = role("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling");

function incident(): { findings: readonly Finding[]; principals: { value: string; count: number }[] } {
  restartIds();
  const by = { principal: { id: PERSON, session: "ana@example.com" } };
  const made = launches(13, "m5.large", 0.1, NIGHT, by);
  const other = event(NIGHT, "ec2:RunInstances", { principal: { id: SCALING } });
  return {
    findings: [anomaly("instances-launched", [...made, other, other, other], PROD, 1)],
    principals: [
      { value: PERSON, count: 13 },
      { value: SCALING, count: 3 },
    ],
  };
}

test("who stands behind a finding is named, by the session that Identity Center sets; who merely called is not", () => {
  expect(whoLine(incident(), 3)).toBe("ana@example.com (Admin through Identity Center)");
  expect(whoInFull(incident(), 3)).toBe("ana@example.com (Admin through Identity Center)");
});

test("few calls that are a finding of their own count: the role that opened the way", () => {
  const { findings, principals } = incident();
  const way = event(NIGHT, "sts:AssumeRole", { principal: { id: role("orchestrator") } });
  const opened = { ...anomaly("denied-calls", [], PROD, 1), facets: anomaly("denied-calls", [way], PROD, 1).facets };
  const facets = { ...opened.facets, events: 1, principals: [{ value: role("orchestrator"), count: 1 }] };
  const found = {
    findings: [...findings, { ...opened, facets }],
    principals: [...principals, { value: role("orchestrator"), count: 1 }],
  };
  expect(whoLine(found, 3)).toBe("ana@example.com (Admin through Identity Center) and role orchestrator");
});

test("one name in several accounts once; nobody is left out where nobody stands out", () => {
  const two = [role("release"), role("release", PROD_EU)].map((value) => ({ value, count: 4 }));
  expect(whoLine({ findings: [], principals: two }, 3)).toBe("role release (2 accounts)");
  const many = ["a", "b", "c", "d", "e"].map((name) => ({ value: role(name), count: 2 }));
  expect(whoLine({ findings: [], principals: many }, 3)).toBe("role a, role b, role c and 2 more");
  expect(whoInFull({ findings: [], principals: [{ value: role("a"), count: 1 }] }, 3)).toBe(`role a, ${role("a")}`);
});
