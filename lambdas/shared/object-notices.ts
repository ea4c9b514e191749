/** An object that somebody says is new. */
export interface ObjectNotice {
  readonly bucket: string;
  readonly key: string;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/**
 * The objects that a message in a queue announces, in any of the forms in which S3, EventBridge, CloudTrail and a topic in
 * front of them do it; none for what S3 and CloudTrail send to try the way. `null` where it is no such message.
 */
export function objectNotices(body: string): readonly ObjectNotice[] | null {
  const message = fieldsOf(parsed(body));
  if (message["Type"] === "Notification" && typeof message["Message"] === "string") {
    return objectNotices(message["Message"]);
  }
  if (message["Event"] === "s3:TestEvent") return [];
  if (Array.isArray(message["Records"])) return ofS3(message["Records"]);
  if (typeof message["s3Bucket"] === "string") return ofCloudTrail(message["s3Bucket"], message["s3ObjectKey"]);
  if (message["detail-type"] === "Object Created") return ofEventBridge(fieldsOf(message["detail"]));
  // "CloudTrail validation message."
  return body.startsWith("CloudTrail validation message") ? [] : null;
}

function ofS3(records: readonly unknown[]): readonly ObjectNotice[] | null {
  const notices: ObjectNotice[] = [];
  for (const record of records) {
    const s3 = fieldsOf(fieldsOf(record)["s3"]);
    const bucket = textOf(fieldsOf(s3["bucket"])["name"]);
    const key = textOf(fieldsOf(s3["object"])["key"]);
    if (bucket === null || key === null) return null;
    // As in a form: a space is a plus.
    notices.push({ bucket, key: decodeURIComponent(key.replaceAll("+", " ")) });
  }
  return notices;
}

function ofCloudTrail(bucket: string, keys: unknown): readonly ObjectNotice[] | null {
  const list = Array.isArray(keys) ? keys : [keys];
  const found = list.filter((key) => typeof key === "string").map((key) => ({ bucket, key }));
  return found.length === list.length ? found : null;
}

function ofEventBridge(detail: Fields): readonly ObjectNotice[] | null {
  const bucket = textOf(fieldsOf(detail["bucket"])["name"]);
  const key = textOf(fieldsOf(detail["object"])["key"]);
  return bucket === null || key === null ? null : [{ bucket, key }];
}
