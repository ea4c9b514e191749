import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";

/** What every client of an emulator is made with. */
export const emulated = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

export const s3Client = (endpoint: string): S3Client => new S3Client({ ...emulated(endpoint), forcePathStyle: true });
/**
 * One request at a time: the emulator checks a condition and then writes, and lets other requests in between, which
 * DynamoDB does not.
 */
export const dynamoClient = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({ ...emulated(endpoint), requestHandler: { httpAgent: { keepAlive: true, maxSockets: 1 } } });

export const snsClient = (endpoint: string): SNSClient => new SNSClient(emulated(endpoint));
export const sqsClient = (endpoint: string): SQSClient => new SQSClient(emulated(endpoint));
