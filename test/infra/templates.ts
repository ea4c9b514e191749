import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, type Environment } from "aws-cdk-lib";
import { parseConfig } from "#core/config/index.ts";
import { addStacks } from "#lib/app.ts";

// biome-ignore lint/suspicious/noExplicitAny: a template has whatever CloudFormation takes
type Json = any;

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Json;
  readonly deletionPolicy: string | undefined;
  readonly condition: string | undefined;
  readonly dependsOn: readonly string[];
}

export interface Template {
  readonly body: Json;
  readonly terminationProtection: boolean;
  readonly all: readonly Resource[];
  /** Resources of a type: `AWS::SQS::Queue`. */
  of(type: string): readonly Resource[];
  /** The one resource of a type, or of those that the condition fits. */
  one(type: string, fits?: (resource: Resource) => boolean): Resource;
}

export const PARTS = ["State", "Trail", "Search", "Pipeline", "Accounts"] as const;
export type Part = (typeof PARTS)[number];

export const CDK_CONTEXT: Record<string, unknown> = JSON.parse(
  readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"),
).context;

/** The templates of a `deployment` section, without bundles. */
export function templatesOf(deployment: object = {}, env?: Environment): Readonly<Record<Part, Template>> {
  const outdir = mkdtempSync(join(tmpdir(), "trailwatch-infra-"));
  try {
    const app = new App({ outdir, context: { ...CDK_CONTEXT, "aws:cdk:bundling-stacks": [] } });
    const stacks = addStacks(app, {
      config: parseConfig({ deployment }),
      samlMetadata: "<EntityDescriptor/>",
      ...(env ? { env } : {}),
    });
    const assembly = quietly(() => app.synth());
    const made = Object.values(stacks).map((stack) => assembly.getStackByName(stack.stackName));
    return Object.fromEntries(
      PARTS.map((part, index) => [part, template(made[index]?.template, made[index]?.terminationProtection ?? false)]),
    ) as Record<Part, Template>;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The CDK prints the warnings that whoever deploys is to read. */
export function quietly<T>(run: () => T): T {
  const { error } = console;
  console.error = () => {};
  try {
    return run();
  } finally {
    console.error = error;
  }
}

function template(body: Json, terminationProtection: boolean): Template {
  const all = Object.entries<Json>(body.Resources).map(([id, resource]) => ({
    id,
    type: resource.Type,
    properties: resource.Properties ?? {},
    deletionPolicy: resource.DeletionPolicy,
    condition: resource.Condition,
    dependsOn: [resource.DependsOn ?? []].flat(),
  }));
  return {
    body,
    terminationProtection,
    all,
    of: (type) => all.filter((resource) => resource.type === type),
    one(type, fits = () => true) {
      const [found, ...others] = all.filter((resource) => resource.type === type && fits(resource));
      if (found === undefined || others.length > 0) {
        throw new Error(`${type}: ${others.length + (found ? 1 : 0)} resources, not one`);
      }
      return found;
    },
  };
}

export const every = (templates: Readonly<Record<Part, Template>>): readonly Resource[] =>
  Object.values(templates).flatMap(({ all }) => all);

export const everyOf = (templates: Readonly<Record<Part, Template>>, type: string): readonly Resource[] =>
  every(templates).filter((resource) => resource.type === type);

/** A value of a template as text, references by the names of what they refer to. */
export const text = (value: unknown): string => JSON.stringify(value);

/** The statements of a policy document, with lists in every place that may have one value or many. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly principal: Json;
  readonly condition: Json;
  readonly sid: string | undefined;
}

export const statementsOf = (document: Json): readonly Statement[] =>
  document.Statement.map((statement: Json) => ({
    effect: statement.Effect,
    actions: [statement.Action].flat(),
    resources: [statement.Resource ?? []].flat(),
    principal: statement.Principal,
    condition: statement.Condition,
    sid: statement.Sid,
  }));

/** What the role of a function is allowed. */
export function roleStatements(template: Template, role: string): readonly Statement[] {
  return template
    .of("AWS::IAM::Policy")
    .filter(({ properties }) => properties.Roles.some((ref: Json) => ref.Ref === role))
    .flatMap(({ properties }) => statementsOf(properties.PolicyDocument));
}
