import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { ZodObject } from "zod";
import { type Resource, templatesOf } from "./templates.ts";

const LAMBDAS = new URL("../../lambdas/", import.meta.url);
const FUNCTIONS = readdirSync(LAMBDAS).filter((name) =>
  ["index.ts", "environment.ts"].every((file) => existsSync(new URL(`${name}/${file}`, LAMBDAS))),
);

/** Of Node itself. */
const OF_NODE = ["NODE_OPTIONS"];

/** What a function reads and no deployment sets: there is no connector to Amazon Q Business yet. */
const NOT_SET: Readonly<Record<string, readonly string[]>> = {
  QBusinessConnector: ["Q_APPLICATION_ID", "Q_INDEX_ID"],
};

const DEPLOYMENTS: Readonly<Record<string, object>> = {
  "with nothing said": {},
  "of a single account": {
    mode: "single-account",
    stage: "b",
    partition: "aws-us-gov",
    dashboards: { signIn: "saml", samlMetadataFile: "m.xml", samlEntityId: "https://idp" },
  },
  "from a delegated administrator": { managementAccountId: "111122223333" },
  "of a bucket": { trail: { bucket: { name: "logs", topicArn: "arn:aws:sns:eu-west-1:222233334444:new-logs" } } },
  "with other channels": {
    alerts: { chatTopic: true, slackSecretArn: "arn:aws:secretsmanager:eu-west-1:555566667777:secret:slack-a1b2c3" },
  },
  "with all switched off": {
    environment: {
      ENABLE_ACCOUNT_ENRICHMENT: false,
      ENABLE_ORG_CONTEXT: false,
      ENABLE_COST_ANALYSIS: false,
      ENABLE_ROOT_CAUSE_ANALYSIS: false,
      SYNC_INTERVAL_MINUTES: 1440,
      ANOMALY_EVAL_MINUTES: 10,
      COST_EXPLORER_MONTHLY_USD: 0,
    },
  },
};

/** What CloudFormation puts in place of a reference, as far as its form matters. */
function settled(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (name === "ORGANIZATION_ID") return "o-a1b2c3d4e5";
  if (name === "OPENSEARCH_ENDPOINT") return "https://search-trailwatch-abc.eu-west-1.es.amazonaws.com";
  if (name === "ACCOUNT_ID") return "555566667777";
  return "made-by-the-deployment";
}

const environmentOf = ({ properties }: Resource): Readonly<Record<string, unknown>> => properties.Environment.Variables;

describe.each(Object.entries(DEPLOYMENTS))("a deployment %s", (_, deployment) => {
  const functions = Object.values(templatesOf(deployment)).flatMap((template) => template.of("AWS::Lambda::Function"));
  const stage = "stage" in deployment ? `-${deployment.stage}` : "";

  test.each(FUNCTIONS)("sets what %s reads, and nothing else, in the form that it takes", async (name) => {
    const { environmentSchema } = (await import(`${LAMBDAS}${name}/environment.ts`)) as {
      environmentSchema: ZodObject;
    };
    for (const resource of functions.filter(
      ({ properties }) => properties.FunctionName === `${name}Function${stage}`,
    )) {
      const variables = Object.entries(environmentOf(resource)).filter(([key]) => !OF_NODE.includes(key));
      const read = Object.keys(environmentSchema.shape).filter((key) => !(NOT_SET[name] ?? []).includes(key));
      expect(variables.map(([key]) => key).toSorted()).toEqual(read.toSorted());
      const values = Object.fromEntries(variables.map(([key, value]) => [key, settled(key, value)]));
      expect(environmentSchema.safeParse(values).error?.issues).toBeUndefined();
    }
  });

  test("sets nothing for a function that reads nothing", () => {
    const known = new Set(FUNCTIONS.map((name) => `${name}Function${stage}`));
    for (const resource of functions.filter(({ properties }) => !known.has(properties.FunctionName))) {
      expect(Object.keys(environmentOf(resource))).toEqual(OF_NODE);
    }
  });
});
