import { expect, test } from "@jest/globals";
import { CAUSE_RULES } from "#core/explain/cause-rules.ts";
import { potentialCauses } from "#core/explain/causes.ts";
import { clue, Dossier, type Tag } from "#core/explain/clues.ts";

const dossier = (...tags: Tag[]): Dossier =>
  new Dossier(tags.map((tag) => clue([tag], `fact ${tag}`, { eventIds: ["e"] })));
const likely = (...tags: Tag[]): readonly string[] =>
  potentialCauses(dossier(...tags)).map(({ id, confidence }) => `${id} ${confidence}`);

test("unknown, with nothing for it, when nothing fits", () => {
  expect(potentialCauses(dossier("policy"))).toEqual([
    { id: "unknown", title: "Unknown: no known cause fits the evidence", confidence: "LOW", for: [], against: [] },
  ]);
});

test("ids are distinct, and every rule can be reached and can be doubted", () => {
  expect(new Set(CAUSE_RULES.map(({ id }) => id)).size).toBe(CAUSE_RULES.length);
  for (const rule of CAUSE_RULES) {
    const everything = Object.entries(rule.points)
      .filter(([, points]) => points > 0)
      .map(([tag]) => tag as Tag);
    const found = potentialCauses(dossier(...new Set([...everything, ...rule.anyOf, ...(rule.allOf ?? [])])), [rule]);
    expect([rule.id, found[0]?.confidence]).toEqual([rule.id, "HIGH"]);
    expect([rule.id, Object.values(rule.points).some((points) => points < 0)]).toEqual([rule.id, true]);
  }
});

test("stolen credentials against a known network and a routine: not mentioned", () => {
  expect(likely("new-region", "known-network", "did-it-before")).toEqual(["unknown LOW"]);
  expect(likely("new-network", "denied-before", "new-region", "new-tool")[0]).toBe("stolen-credentials HIGH");
});

test("an attacker whose tool says Terraform, from a new network, is not a deployment", () => {
  const causes = likely(
    "rise",
    "launches",
    "by-automation",
    "new-network",
    "new-region",
    "called-directly",
    "never-did-it",
    "denied-before",
  );
  expect(causes[0]).toMatch(/^stolen-credentials/);
  expect(causes.join()).not.toContain("deployment");
});

test("a role in several accounts from a new network is a compromised role", () => {
  expect(likely("several-accounts", "new-network", "new-cross-account", "secrets", "never-did-it").join()).toMatch(
    /compromised-role HIGH/,
  );
});

test("many callers in several accounts are not one compromised role", () => {
  expect(likely("several-accounts", "many-principals", "by-aws-service").join()).not.toContain("compromised-role");
});

test("model spending by a known job is runaway use; from a new network it is theft", () => {
  expect(likely("models", "rise", "by-automation", "far-beyond-usual", "did-it-before", "known-network")[0]).toBe(
    "runaway-models HIGH",
  );
  expect(likely("models", "rise", "new-network", "new-region", "never-did-it", "never-before").join()).toContain(
    "model-theft HIGH",
  );
});

test("what is new in a young account is rather a start than a theft", () => {
  expect(
    likely("young-account", "new-service", "new-principal", "by-cloudformation", "deployment-same-caller")[0],
  ).toMatch(/^(onboarding|deployment) HIGH/);
});

test("the strongest evidence is named first", () => {
  const [cause] = potentialCauses(dossier("one-action", "same-error", "by-automation"));
  expect(cause).toMatchObject({ id: "retry-loop", for: ["E2", "E1", "E3"] });
});

test("ten like facts are one argument", () => {
  const ten = new Dossier(Array.from({ length: 10 }, () => clue(["new-region"], "a new region", { eventIds: ["e"] })));
  expect(potentialCauses(ten)[0]?.id).toBe("unknown");
});

test("a known person's launches are rather by hand than by a machine, and two calls by a scaling group do not make it its answer", () => {
  const causes = likely(
    "rise",
    "launches",
    "by-person",
    "called-directly",
    "known-network",
    "known-principal",
    "did-it-before",
  );
  expect(causes[0]).toBe("by-hand MEDIUM");
  expect(causes.join()).not.toContain("scaling-response");
});

test("a known caller from a network never seen before is suspected, however its tool calls itself", () => {
  expect(
    likely(
      "identity-changed",
      "new-network",
      "known-principal",
      "known-caller-elsewhere",
      "new-risky-action",
      "no-denied-before",
    ).join(),
  ).toMatch(/stolen-credentials HIGH/);
});
