import { listed } from "./format.ts";
import { named } from "./visible.ts";

/** What a principal's id says: its kind, its name, and the account in the ARN. */
export interface PrincipalWords {
  readonly kind: "role" | "user" | "root" | "service" | "other";
  /** Without path; as logged. */
  readonly name: string;
  readonly account: string | null;
}

const ARN = /^arn:[^:]*:(?:iam|sts)::(\d*):(.+)$/s;

/** Reads a {@link Principal.id}: a role's or user's ARN, `root/<account>`, or a service's host name. */
export function principalOf(id: string): PrincipalWords {
  const arn = ARN.exec(id);
  const account = arn?.[1] || null;
  const resource = arn?.[2];
  if (resource === "root") return { kind: "root", name: "root", account };
  if (resource) {
    const [type, ...path] = resource.split("/");
    const name = path.at(-1) ?? resource;
    if (type === "role") return { kind: "role", name, account };
    if (type === "assumed-role") return { kind: "role", name: path[0] ?? resource, account };
    if (type === "user") return { kind: "user", name, account };
    return { kind: "other", name: resource, account };
  }
  if (id.startsWith("root/")) return { kind: "root", name: "root", account: id.slice(5) };
  if (/\.amazonaws\.com(\.cn)?$/.test(id) || id === "AWS Internal") return { kind: "service", name: id, account: null };
  return { kind: "other", name: id, account: null };
}

/** What Identity Center makes of a permission set: `AWSReservedSSO_<permission set>_<16 hexadecimal digits>`. */
const PERMISSION_SET = /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/;

/** People who sign in to the access portal act as nobody's role yet. */
const DIRECTORY_USER = "identity-center/";

/** `role Deploy`, `user alice`, `the root user`, `AdministratorAccess through Identity Center`, `autoscaling.amazonaws.com`. */
export function principalWords(id: string): string {
  const { kind, name } = principalOf(id);
  const set = kind === "role" ? PERMISSION_SET.exec(name)?.[1] : undefined;
  if (set !== undefined) return `${named(set)} through Identity Center`;
  if (kind === "root") return "the root user";
  if (name.startsWith(DIRECTORY_USER)) return `Identity Center user ${named(name.slice(DIRECTORY_USER.length))}`;
  return kind === "role" || kind === "user" ? `${kind} ${named(name)}` : named(name);
}

/** Several callers, each name once: `role release-target (3 accounts) and user ana`. */
export function principalList(ids: readonly string[], limit: number): string {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const words = principalWords(id);
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return listed(
    [...counts].map(([words, count]) => (count === 1 ? words : `${words} (${count} accounts)`)),
    limit,
  );
}

/** Long-term keys of users begin with AKIA; ASIA keys are a session's and end with it. */
export const isLongTermKey = (key: string): boolean => key.startsWith("AKIA");
