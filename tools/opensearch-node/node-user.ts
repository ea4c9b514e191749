import { readFileSync } from "node:fs";

/** OpenSearch refuses to run as root. */
export interface NodeUser {
  readonly uid: number;
  readonly gid: number;
}

/** `null`: whoever starts it. For root: who called sudo, else `nobody`. */
export function nodeUser(
  uid: number | undefined,
  environment: NodeJS.ProcessEnv,
  passwd: () => string = () => readFileSync("/etc/passwd", "utf8"),
): NodeUser | null {
  if (uid !== 0) return null;
  const caller = { uid: Number(environment["SUDO_UID"]), gid: Number(environment["SUDO_GID"]) };
  if (caller.uid > 0 && caller.gid >= 0) return caller;
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd());
  return nobody ? { uid: Number(nobody[1]), gid: Number(nobody[2]) } : { uid: 65_534, gid: 65_534 };
}
