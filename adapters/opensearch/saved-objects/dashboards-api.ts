import { createHash } from "node:crypto";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { Answer, Method, OpenSearchConnection, Request } from "../connection.ts";
import { opensearchError } from "../errors.ts";
import { type SavedObject, type SavedObjectKey, toNdjson } from "./saved-object.ts";

/** A server of OpenSearch Dashboards. */
export interface DashboardsServer {
  /** To the server's address: on Amazon OpenSearch Service the domain's own, elsewhere often port 5601. */
  readonly connection: OpenSearchConnection;
  /** `/_dashboards` on Amazon OpenSearch Service; empty, or its `server.basePath`, elsewhere. */
  readonly basePath: string;
  /** Whose objects, where the security plugin divides them: `global` is everybody's. */
  readonly tenant: string;
}

/**
 * The objects as they are there, `null` for those that are not, in the order asked. Rejects with TrailwatchError
 * (`OPENSEARCH_*`), also where no OpenSearch Dashboards answers.
 */
export async function readSavedObjects(
  server: DashboardsServer,
  keys: readonly SavedObjectKey[],
): Promise<readonly (SavedObject | null)[]> {
  if (keys.length === 0) return [];
  const body = keys.map(({ type, id }) => ({ type, id }));
  const answer = await ask(server, "POST", "/_bulk_get", { body });
  const found: unknown = answer.body?.saved_objects;
  if (!Array.isArray(found) || found.length !== keys.length) throw notDashboards(server, answer);
  return found.map((object, at) => {
    if (object.error === undefined) return object as SavedObject;
    if (object.error.statusCode === 404) return null;
    const { type, id } = keys[at] as SavedObjectKey;
    throw refused([`${type} ${id}: ${object.error.message ?? object.error.error}`], answer);
  });
}

/**
 * Makes the objects, or overwrites those with the same ids. Rejects with TrailwatchError when only one of them was
 * refused, naming each: the answer to that has status 200.
 */
export async function importSavedObjects(server: DashboardsServer, objects: readonly SavedObject[]): Promise<void> {
  if (objects.length === 0) return;
  const content = toNdjson(objects);
  const { type, body } = multipartFile("trailwatch.ndjson", content);
  const answer = await ask(server, "POST", "/_import", {
    query: { overwrite: true },
    lines: body,
    headers: { "content-type": type },
  });
  if (answer.body?.success === true && answer.body.successCount === objects.length) return;
  if (typeof answer.body?.successCount !== "number") throw notDashboards(server, answer);
  const failed: readonly ImportFailure[] = answer.body.errors ?? [];
  throw refused(
    failed.length > 0
      ? failed.map(failureText)
      : [`${objects.length} objects were sent, ${answer.body.successCount} were taken`],
    answer,
  );
}

/** What is gone already is no failure. */
export async function deleteSavedObjects(server: DashboardsServer, keys: readonly SavedObjectKey[]): Promise<void> {
  for (const { type, id } of keys) {
    await ask(server, "DELETE", `/${type}/${encodeURIComponent(id)}`, { allow: [404] });
  }
}

interface ImportFailure {
  readonly type: string;
  readonly id: string;
  readonly error: {
    readonly type: string;
    readonly message?: string;
    readonly references?: readonly { readonly type: string; readonly id: string }[];
  };
}

const failureText = ({ type, id, error }: ImportFailure): string =>
  [
    `${type} ${id}: ${error.type}`,
    error.message ?? error.references?.map((missing) => `${missing.type} ${missing.id}`).join(", "),
  ]
    .filter((part) => part !== undefined)
    .join(": ");

async function ask(
  server: DashboardsServer,
  method: Method,
  path: string,
  request: Omit<Request, "allow"> & { readonly allow?: readonly number[] },
): Promise<Answer> {
  const { allow = [], headers, ...rest } = request;
  const full = `${server.basePath}/api/saved_objects${path}`;
  const answer = await server.connection.send(method, full, {
    ...rest,
    headers: { ...headers, "osd-xsrf": "true", securitytenant: server.tenant },
    allow: ANY_FAILURE,
  });
  if (answer.status < 400 || allow.includes(answer.status)) return answer;
  if (answer.status === 404 || isOpenSearchItself(answer)) throw notDashboards(server, answer);
  throw opensearchError(answer, `${method} ${full}`);
}

const ANY_FAILURE = Array.from({ length: 200 }, (_, at) => 400 + at);

/** A node, asked for a path that it does not know. */
const isOpenSearchItself = ({ status, body }: Answer): boolean =>
  status === 400 && typeof body?.error === "string" && body.error.startsWith("no handler found");

function notDashboards(server: DashboardsServer, answer: Answer): TrailwatchError {
  return new TrailwatchError(
    "OPENSEARCH_NOT_FOUND",
    `no OpenSearch Dashboards answers at ${server.connection.url}${server.basePath} (status ${answer.status})`,
    "Give the address and base path of OpenSearch Dashboards: /_dashboards on Amazon OpenSearch Service, elsewhere often port 5601.",
    { cause: answer.body },
  );
}

function refused(reasons: readonly string[], answer: Answer): TrailwatchError {
  return new TrailwatchError(
    "OPENSEARCH_REFUSED",
    `OpenSearch Dashboards refused ${reasons.join("; ")}`,
    "Import the file by hand under Dashboards Management, Saved objects, to see it there; then apply again.",
    { cause: answer.body },
  );
}

/** The file's name must end with `.ndjson`. The boundary derives from the content, which so cannot contain it. */
function multipartFile(name: string, content: string): { readonly type: string; readonly body: string } {
  const boundary = `trailwatch-${createHash("sha256").update(content).digest("hex")}`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: [
      `--${boundary}`,
      `content-disposition: form-data; name="file"; filename="${name}"`,
      "content-type: application/ndjson",
      "",
      content,
      `--${boundary}--`,
      "",
    ].join("\r\n"),
  };
}
