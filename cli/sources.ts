import { TrailwatchError } from "#core/domain/errors.ts";
import type { EventSource } from "#core/ports/event-source.ts";
import { type AwsOptions, awsCredentials } from "./aws.ts";

/** Attempts at a request that S3 throttles, with the SDK's growing pauses between them: about a minute in all. */
const S3_ATTEMPTS = 8;

/** What the paths of the command line mean: `-`, `s3://...`, a file or a folder. */
export async function sourcesOf(paths: readonly string[], options: AwsOptions): Promise<readonly EventSource[]> {
  const { LocalEventSource } = await import("#adapters/files/local-event-source.ts");
  const { StandardInput } = await import("#adapters/files/standard-input.ts");
  const sources: EventSource[] = [];
  for (const path of paths) {
    if (path === "-") sources.push(new StandardInput(process.stdin));
    else if (path.startsWith("s3://")) sources.push(await s3Source(path, options));
    else sources.push(new LocalEventSource(path));
  }
  return sources;
}

/** One object of S3, by the address under which the store knows it. */
export async function fetchObject(url: string, options: AwsOptions): Promise<Uint8Array> {
  const source = await s3Source(url, options);
  for await (const file of source.files({})) if (file.path === url) return file.open();
  throw new TrailwatchError("INPUT_UNREADABLE", `${url} is not there any more`, "Leave --raw out, or restore it.");
}

async function s3Source(url: string, options: AwsOptions): Promise<EventSource> {
  const [{ S3Client }, { S3EventSource }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("#adapters/s3/s3-event-source.ts"),
  ]);
  const client = new S3Client({
    credentials: await awsCredentials(options),
    region: process.env["AWS_REGION"] ?? "us-east-1",
    followRegionRedirects: true,
    maxAttempts: S3_ATTEMPTS,
    ...(options.endpointUrl ? { endpoint: options.endpointUrl, forcePathStyle: true } : {}),
  });
  return new S3EventSource(client, url);
}
