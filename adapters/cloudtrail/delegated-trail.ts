import { setTimeout as wait } from "node:timers/promises";
import {
  type AdvancedEventSelector,
  type CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  type InsightType,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  StartLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import { awsError } from "#adapters/shared/aws-errors.ts";

/** An organization's trail as it is to be. */
export interface TrailSpec {
  readonly name: string;
  readonly bucket: string;
  readonly keyArn: string;
  /** Ends with `:*`, as CloudTrail wants it. */
  readonly logGroupArn: string;
  /** With which CloudTrail writes to the log group. */
  readonly roleArn: string;
  readonly selectors: readonly AdvancedEventSelector[];
  readonly insights: readonly InsightType[];
}

const PERMISSIONS =
  "cloudtrail:CreateTrail, UpdateTrail, StartLogging, PutEventSelectors, PutInsightSelectors and DeleteTrail on it";

/** Policies and roles that were made a moment ago are not yet known everywhere. */
const NOT_YET = new Set([
  "InvalidCloudWatchLogsLogGroupArnException",
  "InvalidCloudWatchLogsRoleArnException",
  "CloudWatchLogsDeliveryUnavailableException",
  "InsufficientS3BucketPolicyException",
  "InsufficientEncryptionPolicyException",
  "KmsException",
]);
const PAUSES_MS = [5_000, 10_000, 20_000, 30_000];

type Pause = (milliseconds: number) => Promise<unknown>;

/**
 * The organization's trail, made through CloudTrail's API from a delegated administrator's account: CloudFormation makes it
 * and then looks for it in the wrong account. The trail belongs to the management account, so that every call after the
 * first takes its ARN. Rejects with TrailwatchError.
 * @param arn that the trail has, or will have
 */
export class DelegatedTrail {
  readonly #client: CloudTrailClient;
  readonly #arn: string;
  readonly #pause: Pause;

  constructor(client: CloudTrailClient, arn: string, pause: Pause = wait) {
    this.#client = client;
    this.#arn = arn;
    this.#pause = pause;
  }

  /** Makes it as it is to be, be it there or not, and starts it. */
  async apply(spec: TrailSpec): Promise<void> {
    const settings = {
      S3BucketName: spec.bucket,
      KmsKeyId: spec.keyArn,
      CloudWatchLogsLogGroupArn: spec.logGroupArn,
      CloudWatchLogsRoleArn: spec.roleArn,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      IsOrganizationTrail: true,
      EnableLogFileValidation: true,
    };
    try {
      await this.#onceKnown(async () => {
        try {
          await this.#client.send(new CreateTrailCommand({ Name: spec.name, ...settings }));
        } catch (error) {
          if (nameOf(error) !== "TrailAlreadyExistsException") throw error;
          await this.#client.send(new UpdateTrailCommand({ Name: this.#arn, ...settings }));
        }
      });
      await this.#client.send(
        new PutEventSelectorsCommand({ TrailName: this.#arn, AdvancedEventSelectors: [...spec.selectors] }),
      );
      await this.#client.send(
        new PutInsightSelectorsCommand({
          TrailName: this.#arn,
          InsightSelectors: spec.insights.map((type) => ({ InsightType: type })),
        }),
      );
      await this.#client.send(new StartLoggingCommand({ Name: this.#arn }));
    } catch (error) {
      throw awsError(error, `make the trail ${this.#arn}`, PERMISSIONS);
    }
  }

  /** One that is not there is no error. */
  async remove(): Promise<void> {
    try {
      await this.#client.send(new DeleteTrailCommand({ Name: this.#arn }));
    } catch (error) {
      if (nameOf(error) !== "TrailNotFoundException")
        throw awsError(error, `delete the trail ${this.#arn}`, PERMISSIONS);
    }
  }

  async #onceKnown(attempt: () => Promise<void>): Promise<void> {
    for (const pause of PAUSES_MS) {
      try {
        return await attempt();
      } catch (error) {
        if (!NOT_YET.has(nameOf(error))) throw error;
        await this.#pause(pause);
      }
    }
    return attempt();
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
