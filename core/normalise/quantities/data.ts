import { parseArn } from "../arn.ts";
import { amount, flag, object, objects, text, texts } from "../json.ts";
import { type Rule, rule } from "../rule.ts";
import type { Detail, Sheet } from "../sheet.ts";

/** `my-function` of a name, of a partial or full ARN, with or without a version or alias. */
function functionName(value: unknown): string | null {
  const given = text(value);
  if (given === null) return null;
  const marker = given.indexOf("function:");
  return (marker < 0 ? given : given.slice(marker + "function:".length)).split(":")[0] || null;
}

function functionInvoked({ request }: Detail, sheet: Sheet): void {
  sheet.count("function-invocations", "used", 1, functionName(request["functionName"]));
}

const objectArn = (resource: { readonly [key: string]: unknown }): string | null =>
  text(resource["ARN"]) ?? text(resource["arn"]);

const bucketOf = ({ request, record }: Detail): string | null => {
  const named = text(request["bucketName"]);
  if (named !== null) return named;
  for (const resource of objects(record["resources"])) {
    const arn = objectArn(resource);
    if (arn !== null && parseArn(arn)?.service === "s3") return parseArn(arn)?.resource.split("/")[0] ?? null;
  }
  return null;
};

/** Bytes as the service measured them, where it did. */
function bytes(detail: Detail, name: "bytesTransferredIn" | "bytesTransferredOut", sheet: Sheet): void {
  const transferred = amount(detail.additional[name]);
  if (transferred === null) return;
  const direction = name === "bytesTransferredIn" ? "in" : "out";
  sheet.count("object-bytes", "used", transferred, bucketOf(detail), { attributes: { direction } });
}

function objectRead(detail: Detail, sheet: Sheet): void {
  sheet.count("object-reads", "used", 1, bucketOf(detail));
  bytes(detail, "bytesTransferredOut", sheet);
}

function objectWritten(detail: Detail, sheet: Sheet): void {
  sheet.count("object-writes", "used", 1, bucketOf(detail));
  bytes(detail, "bytesTransferredIn", sheet);
}

/** A copy reads one object and writes another; the bytes stay inside S3 and are not in the record. */
function objectCopied(detail: Detail, sheet: Sheet): void {
  const source = text(texts(detail.request["x-amz-copy-source"])[0])?.replace(/^\//, "").split("/")[0] ?? null;
  sheet.count("object-reads", "used", 1, source);
  sheet.count("object-writes", "used", 1, bucketOf(detail));
}

/** DeleteObjects names its objects under `resources` where it names them at all: at least one. */
function objectsDeleted(detail: Detail, sheet: Sheet): void {
  const named = objects(detail.record["resources"]).filter((resource) => resource["type"] === "AWS::S3::Object").length;
  sheet.count("object-deletes", "used", Math.max(1, named), bucketOf(detail));
}

function secretRead({ request }: Detail, sheet: Sheet): void {
  const secret = text(request["secretId"]);
  sheet.count("secrets-read", "used", 1, secret);
}

/** By filter, the record does not say how many secrets came back: at least one. */
function secretsRead({ request }: Detail, sheet: Sheet): void {
  const asked = texts(request["secretIdList"]).length;
  sheet.count("secrets-read", "used", Math.max(1, asked), null, asked > 0 ? {} : { attributes: { atLeast: true } });
}

/** Only decrypted values: plain ones are configuration, which fleets read all day. */
function parametersRead({ request, record }: Detail, sheet: Sheet): void {
  if (flag(request["withDecryption"]) !== true) return;
  const named = texts(request["names"]).length || objects(record["resources"]).length;
  sheet.mark("parameter-read");
  sheet.count("parameters-read", "used", Math.max(1, named), text(request["name"]) ?? text(request["path"]));
}

function accessKeyCreated({ request, response, principal }: Detail, sheet: Sheet): void {
  const key = object(response["accessKey"]);
  const id = text(key["accessKeyId"]);
  const user = text(key["userName"]) ?? text(request["userName"]) ?? principal.name;
  sheet.named("access-key", id);
  sheet.count("access-keys-created", "added", 1, user, { resourceIds: id === null ? [] : [id] });
}

const created =
  (kind: "users-created" | "roles-created", part: string, name: string): Rule["apply"] =>
  ({ request, response }, sheet) => {
    const arn = text(object(response[part])["arn"]);
    sheet.named(part, arn);
    sheet.count(kind, "added", 1, text(request[name]), { resourceIds: arn === null ? [] : [arn] });
  };

export const DATA_RULES: readonly Rule[] = [
  rule("lambda", "Invoke InvokeAsync InvokeWithResponseStream", ["request"], functionInvoked),
  rule("s3", "GetObject SelectObjectContent GetObjectTorrent", ["request", "additional"], objectRead),
  rule("s3", "PutObject PostObject CompleteMultipartUpload", ["request", "additional"], objectWritten),
  rule("s3", "UploadPart", ["request", "additional"], (detail, sheet) => bytes(detail, "bytesTransferredIn", sheet)),
  rule("s3", "CopyObject", ["request"], objectCopied),
  rule("s3", "DeleteObject DeleteObjects", ["request"], objectsDeleted),
  rule("secretsmanager", "GetSecretValue", ["request"], secretRead),
  rule("secretsmanager", "BatchGetSecretValue", ["request"], secretsRead),
  rule("ssm", "GetParameter GetParameters GetParametersByPath GetParameterHistory", ["request"], parametersRead),
  rule("iam", "CreateAccessKey", ["request", "response"], accessKeyCreated),
  rule("iam", "CreateUser", ["request", "response"], created("users-created", "user", "userName")),
  rule("iam", "CreateRole", ["request", "response"], created("roles-created", "role", "roleName")),
  rule("identitystore", "CreateUser", ["request"], created("users-created", "user", "userName")),
  rule("sso-directory", "CreateUser", ["request"], created("users-created", "user", "userName")),
];
