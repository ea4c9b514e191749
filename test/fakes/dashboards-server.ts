import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface Kept {
  readonly type: string;
  readonly id: string;
  readonly references: readonly { readonly type: string; readonly id: string }[];
  readonly [member: string]: unknown;
}

export interface DashboardsServerFake {
  readonly url: string;
  readonly objects: Map<string, Kept>;
  /** Tenants asked for, one a request. */
  readonly tenants: (string | undefined)[];
  close(): Promise<void>;
}

/**
 * The saved-object routes of OpenSearch Dashboards as its source has them (src/core/server/saved_objects/routes): an
 * import needs the header against forged requests, a multipart part `file` with a name that ends in `.ndjson`, and
 * answers 200 whatever became of the objects.
 */
export async function dashboardsServer(basePath = ""): Promise<DashboardsServerFake> {
  const objects = new Map<string, Kept>();
  const tenants: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    tenants.push(request.headers["securitytenant"] as string | undefined);
    const { status, answer } = answerTo(request, body, objects, `${basePath}/api/saved_objects`);
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    tenants,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Reply {
  readonly status: number;
  readonly answer: unknown;
}

const problem = (status: number, error: string, message: string): Reply => ({
  status,
  answer: { statusCode: status, error, message },
});

function answerTo(request: IncomingMessage, body: string, objects: Map<string, Kept>, routes: string): Reply {
  const url = new URL(request.url ?? "", "http://localhost");
  if (!url.pathname.startsWith(`${routes}/`)) return problem(404, "Not Found", "Not Found");
  if (request.method !== "GET" && request.headers["osd-xsrf"] === undefined) {
    return problem(400, "Bad Request", "Request must contain a osd-xsrf header.");
  }
  const path = url.pathname.slice(routes.length);
  if (request.method === "POST" && path === "/_bulk_get") {
    const asked = JSON.parse(body) as readonly { readonly type: string; readonly id: string }[];
    const found = asked.map(({ type, id }) => objects.get(`${type}:${id}`) ?? missing(type, id));
    return { status: 200, answer: { saved_objects: found } };
  }
  if (request.method === "POST" && path === "/_import") return imported(request, url, body, objects);
  if (request.method === "DELETE") {
    const [type, id] = path.slice(1).split("/").map(decodeURIComponent);
    if (!objects.delete(`${type}:${id}`)) {
      return problem(404, "Not Found", `Saved object [${type}/${id}] not found`);
    }
    return { status: 200, answer: {} };
  }
  return problem(404, "Not Found", "Not Found");
}

const missing = (type: string, id: string): object => ({
  id,
  type,
  error: { statusCode: 404, error: "Not Found", message: `Saved object [${type}/${id}] not found` },
});

/** The types whose references an import looks for, and those whose newest migration it knows. */
const LOOKED_FOR = new Set(["index-pattern", "search"]);
const KNOWN = new Set(["index-pattern", "search", "visualization", "dashboard"]);

function imported(request: IncomingMessage, url: URL, body: string, objects: Map<string, Kept>): Reply {
  const [, boundary] = /^multipart\/form-data; boundary=(.+)$/.exec(request.headers["content-type"] ?? "") ?? [];
  if (boundary === undefined) return problem(415, "Unsupported Media Type", "Unsupported Media Type");
  const [, part = ""] = body.split(`--${boundary}`);
  const [head = "", ...content] = part.split("\r\n\r\n");
  const [, name] = /name="file"; filename="([^"]+)"/.exec(head) ?? [];
  if (name === undefined) return problem(400, "Bad Request", "[request body.file]: expected value of type [Stream]");
  if (!name.endsWith(".ndjson")) return problem(400, "Bad Request", "Invalid file extension");
  const sent = content
    .join("\r\n\r\n")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Kept);
  const there = new Set([...objects.keys(), ...sent.map(({ type, id }) => `${type}:${id}`)]);
  const errors = sent.flatMap((object) => {
    const { type, id } = object;
    const lost = object.references.filter(
      (other) => LOOKED_FOR.has(other.type) && !there.has(`${other.type}:${other.id}`),
    );
    const known = objects.has(`${type}:${id}`) && url.searchParams.get("overwrite") !== "true";
    const error = !KNOWN.has(type)
      ? { type: "unsupported_type" }
      : lost.length > 0
        ? { type: "missing_references", references: lost.map((other) => ({ type: other.type, id: other.id })) }
        : known
          ? { type: "conflict" }
          : null;
    return error ? [{ id, type, meta: {}, error }] : [];
  });
  const failed = new Set(errors.map(({ type, id }) => `${type}:${id}`));
  const taken = sent.filter(({ type, id }) => !failed.has(`${type}:${id}`));
  for (const object of taken) {
    objects.set(`${object.type}:${object.id}`, {
      ...object,
      version: "WzEsMV0=",
      updated_at: "2026-11-03T00:00:00.000Z",
    });
  }
  return {
    status: 200,
    answer: { successCount: taken.length, success: errors.length === 0, ...(errors.length > 0 ? { errors } : {}) },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
