import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { parseConfig } from "#core/config/index.ts";
import { contextConfigSchema, parseOrganization } from "#core/context/index.ts";
import { BUILT_IN_POLICIES, resolvePolicies } from "#core/policies/index.ts";
import { configurationReference, withReference } from "../../../tools/write-configuration-docs.ts";

const document = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
const block = (language: string): string => {
  const found = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(document);
  if (!found?.[1]) throw new Error(`docs/configuration.md has no ${language} block`);
  return found[1];
};

test("the reference is what the schema says (node tools/write-configuration-docs.ts writes it)", () => {
  expect(withReference(document)).toBe(document);
});

test("every key has a description", () => {
  const undocumented = configurationReference()
    .split("\n")
    .filter((line) => line.startsWith("| `") && line.endsWith("|  |"))
    .filter((line) => !line.includes("| group |"));
  expect(undocumented).toEqual([]);
});

test("the example is a configuration, and differs from the defaults", () => {
  const config = parseConfig(parse(block("yaml")));
  expect(resolvePolicies(config.policies).map(({ id }) => id)).toEqual(
    expect.arrayContaining(["allowed-regions-2", "approved-instance-types-2", "no-lightsail"]),
  );
  expect(config).not.toEqual(parseConfig({}));
});

test("the example of an organization file is one", () => {
  const directory = parseOrganization(JSON.parse(block("json")), contextConfigSchema.parse({}));
  expect(directory.account("111122223333")).toMatchObject({
    type: "production",
    costCenter: "CC-1042",
    owner: "payments",
  });
});

test("every built-in policy is in the table", () => {
  for (const { id } of BUILT_IN_POLICIES) expect(document).toContain(`| \`${id}\` |`);
});
