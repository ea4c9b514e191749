import type { CfnTrail } from "aws-cdk-lib/aws-cloudtrail";
import type { DeploymentConfig } from "#core/config/deployment/index.ts";

/** One group of conditions, as both CloudFormation and CloudTrail's API take it, but for the case of the names. */
export interface Selector {
  readonly name: string;
  readonly fieldSelectors: readonly (CfnTrail.AdvancedFieldSelectorProperty & { readonly field: string })[];
}

export interface Excluded {
  /** ARNs of functions that work on the events: their invocations would call them again. */
  readonly functionArns: readonly string[];
  /** ARNs that objects of our own buckets begin with. */
  readonly bucketArns: readonly string[];
}

/**
 * All management events, and what the configuration asks for beside them. No management event is left out: a refused
 * call to any service counts.
 */
export function trailSelectors({ dataEvents }: DeploymentConfig["trail"], excluded: Excluded): readonly Selector[] {
  const selectors: Selector[] = [
    { name: "Management events", fieldSelectors: [{ field: "eventCategory", equalTo: ["Management"] }] },
  ];
  if (dataEvents.lambda) {
    selectors.push({
      name: "Invocations of functions, but for those that work on events",
      fieldSelectors: [
        { field: "eventCategory", equalTo: ["Data"] },
        { field: "resources.type", equalTo: ["AWS::Lambda::Function"] },
        { field: "resources.ARN", notStartsWith: [...excluded.functionArns] },
      ],
    });
  }
  if (dataEvents.s3) {
    const { s3Prefixes } = dataEvents;
    selectors.push({
      name: "Objects in S3",
      fieldSelectors: [
        { field: "eventCategory", equalTo: ["Data"] },
        { field: "resources.type", equalTo: ["AWS::S3::Object"] },
        {
          field: "resources.ARN",
          ...(s3Prefixes.length > 0
            ? { startsWith: s3Prefixes.map((prefix) => (prefix.includes("/") ? prefix : `${prefix}/`)) }
            : { notStartsWith: excluded.bucketArns.map((arn) => `${arn}/`) }),
        },
      ],
    });
  }
  return selectors;
}
