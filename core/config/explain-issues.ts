import * as z from "zod";
import { nearestName } from "./nearest-name.ts";
import { configSchema } from "./schema.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const MOST_SHOWN = 5;
const DOCUMENTATION = "docs/configuration.md lists every key with its default.";

/** What is wrong, with path and value, in words for the person who wrote the file. */
export function explainIssues(issues: readonly Issue[], input: unknown): { message: string; nextStep: string } {
  const lines = issues.slice(0, MOST_SHOWN).map((issue) => lineOf(issue, input));
  const more = issues.length > MOST_SHOWN ? `; and ${issues.length - MOST_SHOWN} more` : "";
  const hints = [...new Set(issues.flatMap(hintsOf))];
  return {
    message: `the configuration is not valid: ${lines.join("; ")}${more}`,
    nextStep: [...hints, DOCUMENTATION].join(" "),
  };
}

function lineOf(issue: Issue, input: unknown): string {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${pathText([...issue.path, key])} is no known key`).join("; ");
  }
  const value = valueAt(input, issue.path);
  const wrong = value === undefined ? "is missing" : `is ${shown(value)}`;
  return `${path || "the file"} ${wrong}: ${reasonOf(issue)}`;
}

const reasonOf = (issue: Issue): string =>
  issue.code === "invalid_value" ? `expected ${issue.values.map(shown).join(", ")}` : lowerFirst(issue.message);

const hintsOf = (issue: Issue): readonly string[] => {
  if (issue.code !== "unrecognized_keys") return [];
  const known = knownKeys(issue.path);
  return issue.keys.map((key) => {
    const near = nearestName(key, known);
    if (near !== null) return `Did you mean ${pathText([...issue.path, near])}?`;
    return known.length > 0 ? `Known under ${pathText(issue.path) || "the top"}: ${known.join(", ")}.` : "";
  });
};

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Keys that the schema has at a path. */
function knownKeys(path: Path): readonly string[] {
  let schemas: readonly JsonSchema[] = [
    z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as JsonSchema,
  ];
  for (const step of path) schemas = schemas.flatMap(alternatives).flatMap((schema) => below(schema, step));
  return [...new Set(schemas.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

const alternatives = (schema: JsonSchema): readonly JsonSchema[] => {
  const choices = schema.anyOf ?? schema.oneOf;
  return choices ? choices.flatMap(alternatives) : [schema];
};

function below(schema: JsonSchema, step: PropertyKey): readonly JsonSchema[] {
  const named = typeof step === "string" && schema.properties && Object.hasOwn(schema.properties, step);
  const found = named
    ? schema.properties?.[step]
    : typeof step === "number"
      ? schema.items
      : schema.additionalProperties;
  return typeof found === "object" ? [found] : [];
}

/** `policies.custom[0].filter` */
const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) =>
      typeof step === "number" ? `${text}[${step}]` : text === "" ? String(step) : `${text}.${String(step)}`,
    "",
  );

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
