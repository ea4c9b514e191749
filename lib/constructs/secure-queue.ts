import { Duration } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

export interface SecureQueueProps {
  readonly key: IKey;
  /** How long a message is out of sight while somebody works on it. */
  readonly visibility?: Duration;
  /** Where a message goes that was not worked off so many times; without it, this is the end of a line. */
  readonly givenUp?: { readonly queue: Queue; readonly attempts: number };
}

/** SQS's longest. */
const KEPT = Duration.days(14);

export class SecureQueue extends Queue {
  constructor(scope: Construct, id: string, { key, visibility, givenUp }: SecureQueueProps) {
    super(scope, id, {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      dataKeyReuse: Duration.hours(1),
      enforceSSL: true,
      retentionPeriod: KEPT,
      ...(visibility === undefined ? {} : { visibilityTimeout: visibility }),
      ...(givenUp === undefined
        ? {}
        : { deadLetterQueue: { queue: givenUp.queue, maxReceiveCount: givenUp.attempts } }),
    });
  }
}
