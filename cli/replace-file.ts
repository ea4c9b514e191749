import { randomUUID } from "node:crypto";
import { chmodSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";

/**
 * Writes a file whole or not at all: beside it first, then in its place, with the rights that it has. What is there
 * stays when that fails. A link to a file stays one; what is no file (a terminal, a pipe) is written to as it is.
 */
export function replaceFile(file: string, text: string): void {
  const there: Stats | undefined = statSync(file, { throwIfNoEntry: false });
  if (there && !there.isFile()) {
    writeFileSync(file, text);
    return;
  }
  const target = there ? realpathSync(file) : file;
  // A name that nobody can have put a link at.
  const beside = `${target}.${randomUUID()}.tmp`;
  try {
    writeFileSync(beside, text, { flag: "wx", flush: true, mode: there?.mode });
    // What the process takes from the rights of all that it makes.
    if (there) chmodSync(beside, there.mode);
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
