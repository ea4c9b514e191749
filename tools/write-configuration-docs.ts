/**
 * Writes the reference part of docs/configuration.md from the configuration's schema:
 *
 *     node tools/write-configuration-docs.ts
 *
 * A test holds the file against the same text, so that no key is undocumented.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { configSchema } from "../core/config/index.ts";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
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

/** Every key of the configuration, a table a section. */
export function configurationReference(): string {
  const root = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
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

/** The document with its reference part replaced. Throws RangeError when a marker is missing. */
export function withReference(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new RangeError("docs/configuration.md has lost its reference markers");
  return `${document.slice(0, begin + BEGIN.length)}\n\n${configurationReference()}\n${document.slice(end)}`;
}

function rowsOf(schema: JsonSchema, prefix: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const path = `${prefix}${key}`;
    const required = schema.required?.includes(key) ?? false;
    const row = `| \`${path}\` | ${formOf(field)} | ${defaultOf(field, required)} | ${cell(field.description ?? "")} |`;
    return [row, ...rowsBelow(field, path)];
  });
}

function rowsBelow(field: JsonSchema, path: string): readonly string[] {
  const element =
    field.items ?? (typeof field.additionalProperties === "object" ? field.additionalProperties : undefined);
  if (field.properties) return rowsOf(field, `${path}.`);
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
  return (
    { string: "text", object: "group", null: "null", boolean: "true or false" }[schema.type ?? ""] ??
    schema.type ??
    "any"
  );
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
