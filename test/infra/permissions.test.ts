import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { type BundleUse, bundleUse } from "./bundles.ts";
import { COMMAND_ACTIONS, NEVER_SENT, RUNTIME_ACTIONS, TABLE_KEY_ACTIONS } from "./command-actions.ts";
import { type Resource, roleStatements, type Template, templatesOf, text } from "./templates.ts";

const LAMBDAS = new URL("../../lambdas/", import.meta.url);
const FUNCTIONS = readdirSync(LAMBDAS).filter((name) => existsSync(new URL(`${name}/index.ts`, LAMBDAS)));

/** Together they have every function, with everything that any function may do. */
const DEPLOYMENTS = [
  {
    alerts: {
      chatTopic: true,
      slackSecretArn: "arn:aws:secretsmanager:eu-west-1:555566667777:secret:slack-a1b2c3",
      slackSecretKeyArn: "arn:aws:kms:eu-west-1:555566667777:key/k",
    },
  },
  {
    managementAccountId: "111122223333",
    vpc: { vpcId: "vpc-0a1b2c3d", availabilityZones: ["eu-west-1a"], privateSubnetIds: ["subnet-0a1b2c3d"] },
  },
  {
    trail: { bucket: { name: "logs", topicArn: "arn:aws:sns:eu-west-1:222233334444:new-logs" } },
    mode: "single-account",
  },
  { kinesis: { enabled: true } },
].map((deployment) => Object.values(templatesOf(deployment)));

interface Found {
  readonly template: Template;
  readonly resource: Resource;
}

const foundIn = (templates: readonly Template[], name: string): readonly Found[] =>
  templates.flatMap((template) =>
    template
      .of("AWS::Lambda::Function")
      .filter(({ properties }) => properties.FunctionName === `${name}Function`)
      .map((resource) => ({ template, resource })),
  );

/** What the function's role is allowed. */
const allowed = ({ template, resource }: Found): readonly string[] =>
  roleStatements(template, roleOf(resource)).flatMap(({ actions }) => actions);

const roleOf = ({ properties }: Resource): string => properties.Role["Fn::GetAtt"][0];

/** What Lambda itself does with the role. */
function runtime({ template, resource }: Found): readonly string[] {
  const isOurs = ({ properties }: Resource): boolean => text(properties.FunctionName) === text({ Ref: resource.id });
  const mappings = template.of("AWS::Lambda::EventSourceMapping").filter(isOurs);
  const from = (part: string): boolean =>
    mappings.some(({ properties }) => text(properties.EventSourceArn).includes(part));
  const keepsFailed = [...template.of("AWS::Lambda::EventInvokeConfig").filter(isOurs), ...mappings].some(
    ({ properties }) => properties.DestinationConfig?.OnFailure,
  );
  return [
    ...RUNTIME_ACTIONS.always,
    ...(resource.properties.VpcConfig ? RUNTIME_ACTIONS.vpc : []),
    ...(keepsFailed ? RUNTIME_ACTIONS.failureBucket : []),
    ...(from("Queue") ? RUNTIME_ACTIONS.queue : []),
    ...(from("StreamArn") ? RUNTIME_ACTIONS.tableStream : []),
    ...(from("StreamEvents") ? RUNTIME_ACTIONS.stream : []),
  ];
}

/** What the function's code can ask for. */
function asked(name: string, { commands, searchMethods }: BundleUse): readonly string[] {
  const sent = commands.filter((command) => NEVER_SENT[name]?.[command] === undefined);
  return [
    ...sent.flatMap((command) => {
      const [client = "", type = ""] = command.split(" ");
      const actions = COMMAND_ACTIONS[client]?.[type];
      if (actions === undefined) throw new Error(`${name} has ${command}: which actions does it take?`);
      return [...actions, ...(client === "client-dynamodb" ? TABLE_KEY_ACTIONS : [])];
    }),
    ...searchMethods.map((method) => `es:ESHttp${method.charAt(0)}${method.slice(1).toLowerCase()}`),
    ...(EXTRA[name] ?? []),
  ];
}

/** What a service asks of whoever calls it, and no command of the SDK shows. */
const EXTRA: Readonly<Record<string, readonly string[]>> = {
  // The role that the cluster is to ring with is given away in the body of a request to it.
  OpenSearchProvisioner: ["iam:PassRole"],
};

const sorted = (actions: Iterable<string>): readonly string[] => [...new Set(actions)].sort();

test("every function is deployed by one of these", () => {
  expect(FUNCTIONS.length).toBeGreaterThan(3);
  for (const name of FUNCTIONS) {
    expect(`${name} ${DEPLOYMENTS.flatMap((templates) => foundIn(templates, name)).length > 0}`).toBe(`${name} true`);
  }
});

describe.each(FUNCTIONS)("%s", (name) => {
  const found = DEPLOYMENTS.flatMap((templates) => foundIn(templates, name));
  const use = bundleUse(name);
  const wanted = asked(name, use);

  test("may do what its bundle and Lambda do, nothing missing and nothing spare", () => {
    const role = sorted(found.flatMap(allowed));
    expect(role).toEqual(sorted([...wanted, ...found.flatMap(runtime)]));
  });

  test("may do nothing more anywhere", () => {
    for (const one of found) {
      const may = new Set([...wanted, ...runtime(one)]);
      expect(allowed(one).filter((action) => !may.has(action))).toEqual([]);
    }
  });

  test("what it never sends is in its bundle", () => {
    for (const command of Object.keys(NEVER_SENT[name] ?? {})) expect(use.commands).toContain(command);
  });
});

test("what reaches another place than a function's own is looked at one by one", () => {
  const shared = new Set(["*"]);
  for (const { template, resource } of DEPLOYMENTS.flat().flatMap((template) =>
    template.of("AWS::Lambda::Function").map((one) => ({ template, resource: one })),
  )) {
    const wide = roleStatements(template, roleOf(resource))
      .filter(({ resources }) => resources.some((one) => shared.has(String(one))))
      .flatMap(({ actions }) => actions)
      .filter(
        (action) =>
          !/^(xray:Put|ec2:|organizations:|cloudtrail:DescribeTrails|ce:GetCostAndUsage|dynamodb:ListStreams)/.test(
            action,
          ),
      );
    expect(wide).toEqual([]);
  }
});
