/**
 * Writes the reference part of docs/configuration.md from the configuration's schema:
 *
 *     node tools/write-configuration-docs.ts
 *
 * A test holds the file against the same text, so that no key is undocumented.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { configSchema } from "../core/config/index.ts";
import { environmentSchema as processor } from "../lambdas/CrossAccountAnomalyProcessor/environment.ts";
import { environmentSchema as directory } from "../lambdas/DirectorySnapshot/environment.ts";
import { environmentSchema as ingest } from "../lambdas/MultiAccountLogs/environment.ts";
import { environmentSchema as provisioner } from "../lambdas/OpenSearchProvisioner/environment.ts";
import { environmentSchema as check } from "../lambdas/OrganizationCheck/environment.ts";
import { environmentSchema as connector } from "../lambdas/QBusinessConnector/environment.ts";
import { environmentSchema as redrive } from "../lambdas/Redrive/environment.ts";
import { environmentSchema as rollup } from "../lambdas/UsageRollup/environment.ts";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

const DOCUMENT = new URL("../docs/configuration.md", import.meta.url);
const BEGIN = "<!-- reference: written by tools/write-configuration-docs.ts -->";
const END = "<!-- end of reference -->";
const LONGEST_DEFAULT = 300;

/** By the functions' names, without `Function`. */
const ENVIRONMENTS: Readonly<Record<string, z.ZodType>> = {
  MultiAccountLogs: ingest,
  UsageRollup: rollup,
  CrossAccountAnomalyProcessor: processor,
  QBusinessConnector: connector,
  DirectorySnapshot: directory,
  OpenSearchProvisioner: provisioner,
  Redrive: redrive,
  OrganizationCheck: check,
};

const jsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;

/** Every key of the configuration, a table a section. */
export function configurationReference(): string {
  const root = jsonSchema(configSchema);
  return Object.entries(root.properties ?? {})
    .map(([name, section]) =>
      [
        `## ${name}`,
        "",
        section.description ?? "",
        "",
        "| key | form | default | meaning |",
        "|---|---|---|---|",
        ...rowsOf(section, ""),
        "",
      ].join("\n"),
    )
    .join("\n");
}

/** Every variable that a function reads, with who reads it. */
function environmentReference(): string {
  const readers = new Map<string, string[]>();
  const variables = new Map<string, JsonSchema>();
  for (const [name, schema] of Object.entries(ENVIRONMENTS)) {
    for (const [variable, field] of Object.entries(jsonSchema(schema).properties ?? {})) {
      if (!variables.has(variable)) variables.set(variable, field);
      readers.set(variable, [...(readers.get(variable) ?? []), name]);
    }
  }
  return [
    "## Environment variables of functions",
    "",
    "The deployment sets them. Those that a key of `deployment.environment` is called after are set there, which has their",
    "range; one that is changed at a function by hand is so until the next deployment. What is not in its range is refused",
    "when the function starts, with its name.",
    "",
    "| variable | read by | default | meaning |",
    "|---|---|---|---|",
    ...[...variables]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([variable, field]) =>
          `| \`${variable}\` | ${readers.get(variable)?.join(", ")} | ${defaultOf(field, field.default === undefined)} | ${cell(field.description ?? "")} |`,
      ),
    "",
  ].join("\n");
}

/** The document with its reference part replaced. Throws RangeError when a marker is missing. */
export function withReference(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new RangeError("docs/configuration.md has lost its reference markers");
  return `${document.slice(0, begin + BEGIN.length)}\n\n${configurationReference()}\n${environmentReference()}\n${document.slice(end)}`;
}

function rowsOf(schema: JsonSchema, prefix: string): readonly string[] {
  const { properties = {}, required: needed = [] } = groupOf(schema) ?? {};
  return Object.entries(properties).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    const required = needed.includes(key);
    const row = `| \`${path}\` | ${formOf(field)} | ${defaultOf(field, required)} | ${cell(field.description ?? "")} |`;
    return [row, ...rowsBelow(field, path)];
  });
}

/** A group of keys, or the one that stands beside null. */
const groupOf = (schema: JsonSchema): JsonSchema | undefined =>
  schema.properties ? schema : schema.anyOf?.find(({ properties }) => properties);

function rowsBelow(field: JsonSchema, path: string): readonly string[] {
  const element =
    field.items ?? (typeof field.additionalProperties === "object" ? field.additionalProperties : undefined);
  if (groupOf(field)) return rowsOf(field, `${path}.`);
  if (!element) return [];
  const step = field.items ? "[]" : ".*";
  return [element, ...(element.anyOf ?? []), ...(element.oneOf ?? [])].flatMap((one) => rowsOf(one, `${path}${step}.`));
}

function formOf(schema: JsonSchema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(formOf))].join(" or ");
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.items) return `list of ${plural(formOf(schema.items))}`;
  if (typeof schema.additionalProperties === "object" && !schema.properties) {
    return `map to ${formOf(schema.additionalProperties)}`;
  }
  if (schema.format === "date-time") return "time (ISO 8601)";
  if (schema.type === "integer" || schema.type === "number") return `${schema.type}${rangeOf(schema)}`;
  return (
    { string: "text", object: "group", null: "null", boolean: "true or false" }[schema.type ?? ""] ??
    schema.type ??
    "any"
  );
}

/** Whole numbers are bounded by what a number of JavaScript can hold, which says nothing. */
function rangeOf({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const isOne = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (isOne(minimum) && isOne(maximum)) return `, ${minimum} to ${maximum}`;
  if (isOne(minimum)) return `, at least ${minimum}`;
  if (isOne(exclusiveMinimum)) return `, more than ${exclusiveMinimum}`;
  return isOne(maximum) ? `, at most ${maximum}` : "";
}

const plural = (form: string): string => ({ text: "texts", group: "groups", number: "numbers" })[form] ?? form;

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (schema.default === undefined) return required ? "required" : "";
  const text = JSON.stringify(schema.default);
  if (schema.properties && text === "{}") return "";
  return text.length > LONGEST_DEFAULT ? "built in, described above" : `\`${cell(text)}\``;
}

const cell = (text: string): string => text.replace(/\|/g, "\\|").replace(/\s+/g, " ");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(DOCUMENT, withReference(readFileSync(DOCUMENT, "utf8")));
}
