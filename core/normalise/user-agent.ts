import type { Tool } from "../domain/usage-event.ts";
import { memo } from "./memo.ts";

export interface UserAgentReading {
  readonly tool: Tool;
  /** What kind of caller usually sends it. Anyone can send anything: the last thing to judge by. */
  readonly hint: "person" | "automation" | null;
}

/** First match wins: what names an attack tool or a wrapper comes before the library that it is built on. */
const FAMILIES: readonly (readonly [RegExp, Tool])[] = [
  [
    /stratus-red-team|grimoire|\bpacu\b|trufflehog|scoutsuite|prowler|cloudfox|cloudsploit|weirdaal|enumerate-iam|aws_consoler|cloudgoat|peirates|nimbostratus|endgame|\bkali\b|[.-]kali|parrot|pentoo|s3scanner|gitleaks|awsenum|quiet-riot/i,
    "security-tool",
  ],
  [/exec-env\/CloudShell/i, "cloudshell"],
  [/terraform|opentofu/i, "terraform"],
  [/pulumi/i, "pulumi"],
  [/aws-cdk|\bcdk\//i, "cdk"],
  [/ansible/i, "ansible"],
  [/^cloudformation\.amazonaws\.com$/, "cloudformation"],
  [
    /^(?:console|signin)(?:\.[a-z0-9-]+)*\.(?:amazonaws|aws\.amazon)\.com$|S3Console|AWSConsole|aws-console|^Coral\/Jakarta/i,
    "console",
  ],
  [/^AWS Internal$|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$|\baws-internal\//, "aws-service"],
  [
    /kubernetes|kubectl|kubelet|karpenter|cluster-autoscaler|k8s|ebs-csi|efs-csi|external-dns|cert-manager|crossplane|\bargo/i,
    "kubernetes",
  ],
  [/\baws-cli\//i, "aws-cli"],
  [/\bboto(?:3|core)?\b/i, "boto"],
  [/aws[-_ ]sdk|sdk-metrics|rusoto|aws-chalice|smithy|s3transfer|\bAWS(?:PowerShell|\.Tools)|amazon-ssm-agent/i, "sdk"],
  [/^mozilla\/|chrome|safari\/|firefox\//i, "browser"],
];

/** Set by AWS's own runtimes in the user agents of the libraries that run in them. */
const RUNTIME = /exec-env\/AWS_(?:Lambda|ECS|CodeBuild|Glue|EKS|SageMaker|Batch)/i;

const HINTS: Readonly<Partial<Record<Tool, UserAgentReading["hint"]>>> = {
  console: "person",
  cloudshell: "person",
  browser: "person",
  terraform: "automation",
  pulumi: "automation",
  cdk: "automation",
  cloudformation: "automation",
  ansible: "automation",
  kubernetes: "automation",
};

/** Some services log the user agent in brackets. */
const unwrapped = (value: string): string =>
  value.startsWith("[") && value.endsWith("]") ? value.slice(1, -1) : value;

export const readUserAgent: (value: string) => UserAgentReading = memo(20_000, (value) => {
  const agent = unwrapped(value);
  if (agent.trim() === "") return { tool: "none", hint: null };
  const tool = FAMILIES.find(([pattern]) => pattern.test(agent))?.[1] ?? "other";
  return { tool, hint: RUNTIME.test(agent) ? "automation" : (HINTS[tool] ?? null) };
});
