import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CostExplorerClient } from "@aws-sdk/client-cost-explorer";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { OpenSearchClient } from "@aws-sdk/client-opensearch";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type AwsOptions, awsCredentials } from "../aws.ts";

/** How a deployment is reached. */
export interface DeploymentOptions extends AwsOptions {
  readonly region?: string;
}

/** Lambda's longest run, and a little. */
const LONGEST_CALL_MS = 16 * 60_000;

/** Clients of one account and region, made when they are needed. */
export class Clients {
  readonly region: string;
  readonly #settings: object;

  private constructor(region: string, settings: object) {
    this.region = region;
    this.#settings = settings;
  }

  /** Throws TrailwatchError `USAGE` where no region is named anywhere. */
  static async connect(options: DeploymentOptions): Promise<Clients> {
    const { profile, endpointUrl } = options;
    const settings = {
      ...(profile === undefined ? {} : { profile }),
      ...(options.region === undefined ? {} : { region: options.region }),
      ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
      credentials: await awsCredentials(options),
    };
    const region = await new STSClient(settings).config.region().catch((error: unknown) => {
      throw new TrailwatchError("USAGE", "no region is named", "Give --region, or set AWS_REGION.", { cause: error });
    });
    return new Clients(region, { ...settings, region });
  }

  /** Organizations and Cost Explorer answer in one region of each partition. */
  get #global(): object {
    const { region } = this;
    const home = region.startsWith("cn-") ? "cn-northwest-1" : region.startsWith("us-gov-") ? "us-gov-west-1" : null;
    return { ...this.#settings, region: home ?? "us-east-1" };
  }

  get cloudFormation(): CloudFormationClient {
    return new CloudFormationClient(this.#settings);
  }

  /** @param region a trail is asked in the one that it was made in */
  cloudTrail(region: string): CloudTrailClient {
    return new CloudTrailClient({ ...this.#settings, region });
  }

  get cloudWatch(): CloudWatchClient {
    return new CloudWatchClient(this.#settings);
  }

  get logs(): CloudWatchLogsClient {
    return new CloudWatchLogsClient(this.#settings);
  }

  get costExplorer(): CostExplorerClient {
    return new CostExplorerClient(this.#global);
  }

  get dynamo(): DynamoDBClient {
    return new DynamoDBClient(this.#settings);
  }

  get lambda(): LambdaClient {
    return new LambdaClient(this.#settings);
  }

  /** For calls that are waited for, however long they take: one that seems lost is not made again. */
  get patientLambda(): LambdaClient {
    const requestHandler = { requestTimeout: LONGEST_CALL_MS };
    return new LambdaClient({ ...this.#settings, maxAttempts: 1, requestHandler });
  }

  get openSearch(): OpenSearchClient {
    return new OpenSearchClient(this.#settings);
  }

  get organizations(): OrganizationsClient {
    return new OrganizationsClient({ ...this.#global, maxAttempts: 10 });
  }

  /** Emulators have no names for buckets. */
  get s3(): S3Client {
    return new S3Client({ ...this.#settings, forcePathStyle: "endpoint" in this.#settings });
  }

  get secrets(): SecretsManagerClient {
    return new SecretsManagerClient(this.#settings);
  }

  get sns(): SNSClient {
    return new SNSClient(this.#settings);
  }

  get sqs(): SQSClient {
    return new SQSClient(this.#settings);
  }

  get ssm(): SSMClient {
    return new SSMClient(this.#settings);
  }

  get sts(): STSClient {
    return new STSClient(this.#settings);
  }
}
