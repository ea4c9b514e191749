import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import {
  connectOpenSearch,
  type OpenSearchAuthentication,
  type OpenSearchConnection,
} from "#adapters/opensearch/connection.ts";

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  /** Not JSON. */
  readonly text?: string;
}

interface Heard {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly at: number;
}

const opened: { server: Server; connection: OpenSearchConnection }[] = [];
afterEach(async () => {
  for (const { server, connection } of opened.splice(0)) {
    await connection.close();
    server.closeAllConnections();
    server.close();
  }
});

/** Answers in turn, the last one for ever; `"nothing"` never, `"cut"` by closing the connection. */
async function serve(
  replies: readonly (Reply | "nothing" | "cut")[],
  {
    authentication = { kind: "none" },
    timeoutMs,
    pausesMs = [],
  }: { authentication?: OpenSearchAuthentication; timeoutMs?: number; pausesMs?: number[] } = {},
): Promise<{ heard: Heard[]; send: OpenSearchConnection["send"] }> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    heard.push({ method, url, headers, body: Buffer.concat(chunks).toString(), at: performance.now() });
    const reply = replies[Math.min(heard.length, replies.length) - 1];
    if (reply === undefined || reply === "nothing") return;
    if (reply === "cut") {
      request.socket.destroy();
      return;
    }
    const { status, body, text } = reply;
    response.writeHead(status, { "content-type": text === undefined ? "application/json" : "text/plain" });
    response.end(text ?? (body === undefined ? "" : JSON.stringify(body)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connection = connectOpenSearch({
    url: `http://127.0.0.1:${port}`,
    authentication,
    pausesMs,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  opened.push({ server, connection });
  return { heard, send: connection.send };
}

const OK: Reply = { status: 200, body: { acknowledged: true } };

test("sends JSON as it is, with the query", async () => {
  const { heard, send } = await serve([OK]);
  await expect(send("PUT", "/a-%3C1%3E/_settings", { query: { flat: true }, body: { index: 1 } })).resolves.toEqual({
    status: 200,
    body: { acknowledged: true },
  });
  expect(heard[0]).toMatchObject({ method: "PUT", url: "/a-%3C1%3E/_settings?flat=true", body: '{"index":1}' });
  expect(heard[0]?.headers["content-type"]).toContain("application/json");
  expect(heard[0]?.headers["authorization"]).toBeUndefined();
});

test.each([
  ["a text", (lines: string) => lines],
  ["bytes", (lines: string) => Buffer.from(lines)],
])("sends lines untouched, as NDJSON: %s", async (_, given) => {
  const { heard, send } = await serve([OK]);
  await send("POST", "/_bulk", { lines: given('{"index":{}}\n{"ä": 1.0}\n') });
  expect(heard[0]?.body).toBe('{"index":{}}\n{"ä": 1.0}\n');
  expect(heard[0]?.headers["content-type"]).toContain("application/x-ndjson");
});

test("sends user name and password in the header", async () => {
  const { heard, send } = await serve([OK], {
    authentication: { kind: "basic", username: "trail:watch", password: "pä55/wörd" },
  });
  await send("GET", "/");
  const [scheme, encoded = ""] = (heard[0]?.headers["authorization"] ?? "").split(" ");
  expect(scheme).toBe("Basic");
  expect(Buffer.from(encoded, "base64").toString()).toBe("trail:watch:pä55/wörd");
});

test("signs with AWS credentials, asked for when they are needed", async () => {
  const { heard, send } = await serve([OK], {
    authentication: {
      kind: "sigv4",
      region: "eu-west-1",
      service: "es",
      credentials: async () => ({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" }),
    },
  });
  await send("POST", "/_search", { body: { size: 0 } });
  expect(heard[0]?.headers["authorization"]).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/es\/aws4_request, SignedHeaders=/,
  );
  expect(heard[0]?.headers["x-amz-security-token"]).toBe("token");
});

test.each([
  [401, { text: "Unauthorized" }, "OPENSEARCH_UNAUTHORIZED", "401: error: Unauthorized"],
  [
    403,
    { body: { error: { type: "security_exception", reason: "no permissions for [x]" }, status: 403 } },
    "OPENSEARCH_FORBIDDEN",
    "403: security_exception: no permissions for [x]",
  ],
  [
    403,
    { body: { status: "FORBIDDEN", message: "No permission" } },
    "OPENSEARCH_FORBIDDEN",
    "403: error: No permission",
  ],
  [400, { body: { status: "error", reason: "Invalid" } }, "OPENSEARCH_REFUSED", "400: error: Invalid"],
  [
    409,
    { body: { error: { type: "version_conflict_engine_exception", reason: "older" } } },
    "OPENSEARCH_REFUSED",
    "older",
  ],
  [413, {}, "OPENSEARCH_REFUSED", "413: error: no reason given"],
  [
    429,
    { body: { error: { type: "cluster_block_exception", reason: "disk usage exceeded flood-stage watermark" } } },
    "OPENSEARCH_READ_ONLY",
    "flood-stage",
  ],
  [500, { body: { error: { type: "validation_exception", reason: "missing" } } }, "OPENSEARCH_FAILED", "missing"],
])("%i %j is %s", async (status, reply, code, text) => {
  const { send } = await serve([{ status, ...reply }]);
  await expect(send("GET", "/thing")).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
});

test("an error that comes with 200 is a failure too", async () => {
  const error = { type: "status_exception", reason: "job is already running: 1" };
  const { send } = await serve([{ status: 200, body: { error, status: 200 } }]);
  await expect(send("POST", "/_start")).rejects.toMatchObject({
    message: "OpenSearch answers POST /_start with 200: status_exception: job is already running: 1",
  });
});

test("a gateway that stays in trouble, and a node that is gone: as many tries as there are pauses, and one", async () => {
  const gateway = await serve([{ status: 504, text: "Gateway Timeout" }], { pausesMs: [1, 1] });
  await expect(gateway.send("GET", "/")).rejects.toMatchObject({ code: "OPENSEARCH_FAILED" });
  expect(gateway.heard).toHaveLength(3);
  const { send } = await serve(["cut", "cut", OK], { pausesMs: [1, 1] });
  await expect(send("GET", "/")).resolves.toMatchObject({ status: 200 });
});

test("it waits before it tries again, longer each time", async () => {
  const { heard, send } = await serve(["cut", "cut", "cut"], { pausesMs: [80, 320] });
  await expect(send("GET", "/")).rejects.toMatchObject({ code: "OPENSEARCH_UNREACHABLE" });
  const [first, second, third] = heard.map(({ at }) => at) as [number, number, number];
  expect(second - first).toBeGreaterThanOrEqual(39);
  expect(third - second).toBeGreaterThanOrEqual(159);
});

test("a full queue is the caller's to try again; a gateway in trouble is tried again here", async () => {
  const busy = await serve([
    { status: 429, body: { error: { type: "rejected_execution_exception", reason: "full" } } },
  ]);
  await expect(busy.send("GET", "/")).rejects.toMatchObject({ code: "OPENSEARCH_BUSY" });
  expect(busy.heard).toHaveLength(1);
  const gateway = await serve([{ status: 502 }, { status: 503 }, OK], { pausesMs: [1, 1] });
  await expect(gateway.send("GET", "/")).resolves.toMatchObject({ status: 200 });
  expect(gateway.heard).toHaveLength(3);
});

test("no answer in time: unreachable", async () => {
  const { send } = await serve(["nothing"], { timeoutMs: 100 });
  await expect(send("GET", "/_search")).rejects.toMatchObject({
    code: "OPENSEARCH_UNREACHABLE",
    message: expect.stringContaining("to GET /_search"),
  });
});

test("an answer that holds keys which somebody chose to do harm is an answer", async () => {
  const logged = '{"_source":{"rest":{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}}}';
  const { send } = await serve([{ status: 200, body: JSON.parse(logged) }]);
  const { body } = await send("GET", "/usage-events-2026.11.03/_doc/1");
  expect(JSON.stringify(body)).toBe(logged);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});
