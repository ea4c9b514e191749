import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SetSubscriptionAttributesCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { FINDINGS, INCIDENTS, STATE } from "#adapters/dynamodb/tables.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { dynamoClient, s3Client, snsClient, sqsClient } from "../../aws/clients.ts";
import type { Emulator } from "../../aws/emulator.ts";
import { makeTable } from "../../aws/tables.ts";
import { functionsOfTemplates, type TemplateFunction } from "./assembly.ts";
import { type Outcome, RunningFunction } from "./runtime-interface.ts";
import { awsStep, type Step, searchStep } from "./steps.ts";
import { type Exchange, type Fate, PASS, Wire, type WireAnswer } from "./wire.ts";

export interface DeploymentOptions {
  readonly emulator: Emulator;
  /** Of a cluster without users. */
  readonly searchUrl: string;
  readonly namespace: string;
  readonly organizationId: string;
  /** Of functions that are to give up sooner than the template says. */
  readonly timeoutsMs?: Readonly<Record<string, number>>;
}

/** A request that a function makes. */
export interface Asked extends Step {
  /** The function's: `UsageRollup`. */
  readonly by: string;
  readonly exchange: Exchange;
}

/** What every process on Lambda has of credentials; the emulator takes any. */
const CREDENTIALS = {
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "ASIATEST",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_SESSION_TOKEN: "test",
};

export const ACCOUNT_ID = "123456789012";
const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
const MOST_MESSAGES = 10;

/**
 * A deployment on this machine: the functions of the templates with their bundles under Lambda's runtime interface, what
 * the state stack keeps on an AWS emulator, and a cluster.
 */
export class ChainDeployment {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  /** What the templates' references lead to. */
  readonly given: Readonly<Record<string, string>>;
  /** What clocks show. */
  now: () => EpochMs = Date.now;
  /** What becomes of requests; by default they pass. */
  fateOf: (asked: Asked) => Fate = () => PASS;
  readonly #options: DeploymentOptions;
  readonly #inbox: string;
  readonly #running = new Map<string, { readonly function: RunningFunction; readonly wires: readonly Wire[] }>();

  private constructor(options: DeploymentOptions, given: Readonly<Record<string, string>>, inbox: string) {
    const { endpoint } = options.emulator;
    this.#options = options;
    this.given = given;
    this.#inbox = inbox;
    this.s3 = s3Client(endpoint);
    this.dynamo = dynamoClient(endpoint);
    this.sqs = sqsClient(endpoint);
  }

  static async open(options: DeploymentOptions): Promise<ChainDeployment> {
    const { emulator, namespace, organizationId } = options;
    const [s3, dynamo, sns, sqs] = [s3Client, dynamoClient, snsClient, sqsClient].map((make) =>
      make(emulator.endpoint),
    ) as [S3Client, DynamoDBClient, ReturnType<typeof snsClient>, SQSClient];
    const bucket = `${namespace}data`;
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: `${namespace}alerts` }));
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `${namespace}inbox` }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: "sqs",
        Endpoint: Attributes?.["QueueArn"],
        ReturnSubscriptionArn: true,
      }),
    );
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn,
        AttributeName: "RawMessageDelivery",
        AttributeValue: "true",
      }),
    );
    const given = {
      DATA_BUCKET: bucket,
      STATE_TABLE: await makeTable(dynamo, STATE),
      FINDINGS_TABLE: await makeTable(dynamo, FINDINGS),
      INCIDENTS_TABLE: await makeTable(dynamo, INCIDENTS),
      ALERT_TOPIC_ARN: TopicArn,
      ORGANIZATION_ID: organizationId,
      ACCOUNT_ID,
      TARGET_FUNCTION: "MultiAccountLogsFunction",
      TRAIL_BUCKET: `${namespace}trail`,
      LOG_GROUP_NAME: "/trailwatch/org-trail",
    };
    return new ChainDeployment(options, given, QueueUrl);
  }

  /** @param name of the function's folder; @param at what its clock shows; @param id of the request */
  async invoke(name: string, event: unknown, at: EpochMs = this.now(), id?: string): Promise<Outcome> {
    return await (await this.function(name)).invoke(event, at, id);
  }

  /** Started once. @param changes of the environment that the template gives, where somebody set it by hand */
  async function(name: string, changes: Readonly<Record<string, string>> = {}): Promise<RunningFunction> {
    const known = this.#running.get(name);
    if (known) return known.function;
    const described = functionsOfTemplates().find((one) => one.name === name);
    if (!described) throw new Error(`no template has a function ${name}`);
    const { emulator, searchUrl } = this.#options;
    const opened: { function?: RunningFunction } = {};
    const kill = async () => await opened.function?.kill();
    const wire = (to: string, stepOf: (exchange: Exchange) => Step) =>
      Wire.open({
        to,
        kill,
        fateOf: (exchange) => this.#asLambda(exchange) ?? this.fateOf({ by: name, exchange, ...stepOf(exchange) }),
      });
    const [aws, search] = [await wire(emulator.endpoint, awsStep), await wire(searchUrl, searchStep)];
    const environment = {
      ...this.#environmentOf(described),
      ...CREDENTIALS,
      // As for any endpoint that is not AWS's own: of the SDK, and of the domain.
      AWS_ENDPOINT_URL: aws.url,
      ...("OPENSEARCH_ENDPOINT" in described.environment ? { OPENSEARCH_ENDPOINT: search.url } : {}),
      ...changes,
    };
    const timeoutMs = this.#options.timeoutsMs?.[name] ?? described.timeoutMs;
    opened.function = await RunningFunction.open({ ...described, timeoutMs, environment });
    this.#running.set(name, { function: opened.function, wires: [aws, search] });
    return opened.function;
  }

  /** JSON of the messages that reached the topic's subscriber since the last call, in no order. */
  // biome-ignore lint/suspicious/noExplicitAny: what subscribers get
  async received(): Promise<readonly any[]> {
    const bodies: string[] = [];
    for (;;) {
      const QueueUrl = this.#inbox;
      const { Messages = [] } = await this.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: MOST_MESSAGES }),
      );
      if (Messages.length === 0) return bodies.map((body) => JSON.parse(body));
      bodies.push(...Messages.map(({ Body = "" }) => Body));
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  async close(): Promise<void> {
    for (const { function: running, wires } of this.#running.values()) {
      await running.close();
      for (const wire of wires) await wire.close();
    }
  }

  /** Lambda's own API, for functions that call another; the emulator's would need Docker. */
  #asLambda({ path, body }: Exchange): Fate | null {
    const [, functionName] = INVOCATION.exec(path) ?? [];
    if (functionName === undefined) return null;
    const answer = async (): Promise<WireAnswer> => {
      const outcome = await this.invoke(functionName.replace(/Function$/, ""), JSON.parse(body.toString()), this.now());
      const isAnswered = outcome.kind === "answered";
      return {
        status: 200,
        headers: isAnswered ? {} : { "x-amz-function-error": "Unhandled" },
        body: Buffer.from(JSON.stringify(isAnswered ? outcome.payload : outcome)),
      };
    };
    return { kind: "serve", answer };
  }

  /** As the template has it, with what its references lead to here. Throws for one that leads nowhere. */
  #environmentOf({ name, environment }: TemplateFunction): Record<string, string> {
    const given: Readonly<Record<string, string>> = {
      ...this.given,
      OPENSEARCH_NAMESPACE: this.#options.namespace,
      OPENSEARCH_ENDPOINT: this.#options.searchUrl,
    };
    const entries = Object.entries(environment).map(([variable, value]): [string, string] => {
      const known = given[variable] ?? value;
      if (typeof known !== "string") throw new Error(`${variable} of ${name} is a reference that nothing is given for`);
      return [variable, known];
    });
    return Object.fromEntries(entries);
  }
}
