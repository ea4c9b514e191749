import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Architecture, EventInvokeConfig, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { DeploymentScope } from "../scope.ts";
import { lambdaCode } from "./lambda-code.ts";
import type { Network } from "./network.ts";
import { explainWildcard } from "./wildcards.ts";

export interface PipelineFunctionProps extends DeploymentScope {
  /** Its folder in `lambdas/`; the function's name has `Function` behind it. */
  readonly name: string;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  readonly key: IKey;
  readonly network: Network | null;
  /** One that something else has to know before the function is there. */
  readonly role?: Role;
  /** Bound on how many run at once; without it there is none. */
  readonly concurrency?: number;
  /** Where Lambda keeps what was not worked off after all attempts; only for what is invoked and not waited for. */
  readonly failed?: IBucket;
}

export interface Allowing {
  /** Why the resources are not named one by one. */
  readonly because?: string;
  readonly conditions?: Readonly<Record<string, unknown>>;
}

/** Lambda's longest. It bounds how long what is throttled, or meets an error of Lambda's own, is tried. */
const LONGEST_WAIT = Duration.hours(6);
/**
 * After an error of the function: a minute later and two minutes after that, both Lambda's most and its own intervals.
 * What fails for longer is kept, to be given again.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const ATTEMPTS_AGAIN = 2;

/** A function with a name that runbooks know, a log group of its own, and a role that starts with what running takes. */
export class PipelineFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  /** As runbooks know it, with the stage. */
  readonly functionName: string;
  /** Whether what it gives up is kept. */
  readonly keepsFailed: boolean;
  readonly #key: IKey;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    const { names, config, key, network, failed } = props;
    const { functionLogDays } = config.deployment.retention;
    const functionName = names.of(`${props.name}Function`);
    this.functionName = functionName;
    this.#key = key;
    this.keepsFailed = failed !== undefined;
    this.role = props.role ?? functionRole(this, "Role");
    const logGroup = new LogGroup(this, "Logs", {
      logGroupName: `/aws/lambda/${functionName}`,
      encryptionKey: key,
      retention: functionLogDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = new LambdaFunction(this, "Function", {
      functionName,
      description: props.description,
      role: this.role,
      logGroup,
      code: lambdaCode(props.name, config),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      tracing: Tracing.ACTIVE,
      environment: { NODE_OPTIONS: "--enable-source-maps", ...props.environment },
      environmentEncryption: key,
      ...(props.concurrency === undefined ? {} : { reservedConcurrentExecutions: props.concurrency }),
      ...(network === null ? {} : network.placement),
    });
    this.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [logGroup.logGroupArn]);
    this.allowKey("kms:Decrypt");
    if (network !== null) this.#allowNetwork();
    if (failed !== undefined) this.#keepFailed(failed, functionName);
    explainWildcard(this.role, "*", "X-Ray, to which the function sends its traces, has no resources.");
  }

  /** Adds to the role. Throws RangeError for an action with a wildcard, and for such a resource without a reason. */
  allow(actions: readonly string[], resources: readonly string[], { because, conditions }: Allowing = {}): void {
    const wild = resources.filter((resource) => resource.includes("*"));
    if (actions.some((action) => action.includes("*")) || (wild.length > 0 && because === undefined)) {
      throw new RangeError(`${actions} on ${resources} allows more than it says, without a reason`);
    }
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions === undefined ? {} : { conditions: { ...conditions } }),
      }),
    );
    for (const resource of wild) explainWildcard(this.role, resource, because ?? "");
  }

  allowKey(...actions: readonly string[]): void {
    this.allow(actions, [this.#key.keyArn]);
  }

  /** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html */
  #allowNetwork(): void {
    this.allow(
      [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ],
      ["*"],
      { because: "Network interfaces have no ARN before they are there." },
    );
  }

  #keepFailed(bucket: IBucket, functionName: string): void {
    new EventInvokeConfig(this, "Invocations", {
      function: this.function,
      maxEventAge: LONGEST_WAIT,
      retryAttempts: ATTEMPTS_AGAIN,
      // The CDK's own destination would let the function read everything that is kept.
      onFailure: { bind: () => ({ destination: bucket.bucketArn }) },
    });
    this.allow(["s3:PutObject"], [bucket.arnForObjects(`aws/lambda/async/${functionName}/*`)], {
      because: "What Lambda gives up is kept under names with its time.",
    });
    this.allow(["s3:ListBucket"], [bucket.bucketArn]);
    this.allowKey("kms:GenerateDataKey");
  }
}

export const functionRole = (scope: Construct, id: string): Role =>
  new Role(scope, id, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
