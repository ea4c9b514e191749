import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { S3EventSource } from "#adapters/s3/s3-event-source.ts";
import { type Emulator, startEmulator } from "./emulator.ts";

const BUCKET = "org-trail-logs";
const key = (account: string, day: string, name: string): string =>
  `AWSLogs/o-abcdefghij/${account}/CloudTrail/eu-west-1/${day}/${account}_CloudTrail_eu-west-1_${name}.json.gz`;

let emulator: Emulator;
const client = (endpoint: string, maxAttempts = 3): S3Client =>
  new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

beforeAll(async () => {
  emulator = await startEmulator();
  const s3 = client(emulator.endpoint);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  for (let file = 0; file < 40; file++) {
    const account = file % 2 ? "111111111111" : "222222222222";
    const day = `2026/11/${String(1 + (file % 10)).padStart(2, "0")}`;
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key(account, day, String(file)), Body: `file ${file}` }));
  }
}, 60_000);

afterAll(() => emulator?.stop());

async function list(source: S3EventSource, selection = {}): Promise<string[]> {
  const paths: string[] = [];
  for await (const file of source.files(selection)) {
    paths.push(file.path);
    expect(new TextDecoder().decode(await file.open())).toMatch(/^file \d+$/);
  }
  return paths;
}

test("everything, and what an account and two days hold", async () => {
  const source = new S3EventSource(client(emulator.endpoint), `s3://${BUCKET}/`);
  expect(await list(source)).toHaveLength(40);
  const some = await list(source, {
    accounts: ["111111111111"],
    from: Date.UTC(2026, 10, 3),
    to: Date.UTC(2026, 10, 4),
  });
  expect(some).toHaveLength(4);
  expect(some.every((path) => path.includes("/111111111111/") && /2026\/11\/0[34]/.test(path))).toBe(true);
  expect(some).toEqual([...some].sort());
});

test("a bucket that is not there is said to be missing", async () => {
  const source = new S3EventSource(client(emulator.endpoint), "s3://no-such-bucket-here/x");
  await expect(list(source)).rejects.toMatchObject({ code: "AWS_NOT_FOUND" });
});

/** Fails the first requests as S3 does, then hands over to the emulator. */
async function failing(
  times: number,
  status: number,
  code: string,
): Promise<{ server: Server; endpoint: string; requests: () => number }> {
  let seen = 0;
  const server = createServer((request, response) => {
    seen++;
    if (seen <= times) {
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} for a test</Message></Error>`);
      return;
    }
    fetch(`${emulator.endpoint}${request.url}`, {
      headers: { authorization: request.headers.authorization ?? "" },
    }).then(
      async (answer) => {
        response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
        response.end(Buffer.from(await answer.arrayBuffer()));
      },
      (error) => response.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => seen };
}

test("throttling is waited out", async () => {
  const { server, endpoint, requests } = await failing(2, 503, "SlowDown");
  try {
    expect(await list(new S3EventSource(client(endpoint, 5), `s3://${BUCKET}/`))).toHaveLength(40);
    expect(requests()).toBeGreaterThan(42);
  } finally {
    server.close();
  }
}, 30_000);

test.each([
  [503, "SlowDown", "AWS_THROTTLED"],
  [400, "ExpiredToken", "AWS_CREDENTIALS"],
  [403, "AccessDenied", "AWS_ACCESS_DENIED"],
])("%i %s for good is %s", async (status, code, expected) => {
  const { server, endpoint } = await failing(1000, status, code);
  try {
    await expect(list(new S3EventSource(client(endpoint, 2), `s3://${BUCKET}/`))).rejects.toMatchObject({
      code: expected,
    });
  } finally {
    server.close();
  }
});
