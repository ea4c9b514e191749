import type { PolicyValidationPluginReport } from "aws-cdk-lib";
import { type IPolicyValidationContext, type IPolicyValidationPlugin, Stack } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import { acknowledge } from "./acknowledge.ts";

const METADATA = "trailwatch:wildcard";

interface ReasonedWildcard {
  readonly resource: string;
  readonly reason: string;
}

/** Says why a policy below this construct names more than one resource. `*` itself needs no more than `acknowledge`. */
export function explainWildcard(construct: IConstruct, resource: string, reason: string): void {
  construct.node.addMetadata(METADATA, { resource, reason } satisfies ReasonedWildcard);
}

/**
 * Turns these reasons into acknowledgments. Rules know a resource by its text in the template, which is settled only when
 * references between stacks are: so this is a plugin, and has to stand before the rules.
 */
export class WildcardReasons implements IPolicyValidationPlugin {
  readonly name = "Reasons of wildcards";

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const root = (context as { readonly appConstruct?: IConstruct }).appConstruct;
    if (root === undefined) throw new Error("this CDK does not show its plugins the constructs");
    for (const construct of root.node.findAll()) {
      for (const { type, data } of construct.node.metadata) {
        if (type !== METADATA) continue;
        const { resource, reason } = data as ReasonedWildcard;
        const text = flattened(Stack.of(construct).resolve(resource));
        acknowledge(construct, { [`AwsSolutions-IAM5[Resource::${text}]`]: reason });
      }
    }
    return { success: true, violations: [] };
  }
}

type Json = Readonly<Record<string, unknown>>;

/** A reference as the rules write it in their findings. */
function flattened(node: unknown): string {
  if (typeof node === "string") return node.replace(/\$\{/g, "<").replace(/\}/g, ">");
  const { "Fn::Join": join, "Fn::GetAtt": attribute, Ref: ref } = node as Json;
  if (Array.isArray(join)) return (join[1] as readonly unknown[]).map(flattened).join(String(join[0]));
  if (Array.isArray(attribute)) return `<${attribute.map(flattened).join(".")}>`;
  if (ref !== undefined) return `<${flattened(ref)}>`;
  return JSON.stringify(node);
}
