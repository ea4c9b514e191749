import { spawnSync } from "node:child_process";
import { readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { NodeError } from "./node-error.ts";

/** The Java versions that OpenSearch 3.7 is built and tested on. */
const FITTING: ReadonlySet<number> = new Set([21, 25]);
/** Where Linux distributions and macOS put their JDKs. */
const JVM_FOLDERS = [
  ["/usr/lib/jvm", ""],
  ["/Library/Java/JavaVirtualMachines", "Contents/Home"],
] as const;

export interface Java {
  readonly home: string;
  readonly major: number;
  readonly modules: ReadonlySet<string>;
}

/** What `java --list-modules` prints: `java.base@25.0.2` and so on. `null` for what is no Java 9 or later. */
export function javaOf(home: string, listing: string): Java | null {
  const modules = listing.split("\n").map((line) => line.trim().split("@") as [string, string?]);
  const major = Number.parseInt(modules.find(([name]) => name === "java.base")?.[1] ?? "", 10);
  return Number.isNaN(major) ? null : { home, major, modules: new Set(modules.map(([name]) => name)) };
}

/** The newest that fits; of two equals, the one that is named first. */
export function choose(javas: readonly Java[]): Java | null {
  return javas
    .filter(({ major }) => FITTING.has(major))
    .reduce<Java | null>((best, java) => (best && best.major >= java.major ? best : java), null);
}

/**
 * `OPENSEARCH_JAVA_HOME` is a decision and is taken or refused; otherwise the newest of `JAVA_HOME`, `java` on the PATH
 * and the JDKs that are installed. Throws NodeError where none fits.
 */
export function findJava(environment: NodeJS.ProcessEnv, inspect: (home: string) => Java | null = javaAt): Java {
  const decided = environment["OPENSEARCH_JAVA_HOME"];
  const homes = decided ? [decided] : [...new Set(candidates(environment))];
  const javas = homes.map(inspect).filter((java) => java !== null);
  const java = choose(javas);
  if (java) return java;
  throw new NodeError(
    decided
      ? `OPENSEARCH_JAVA_HOME is ${decided}, where there is ${javas[0] ? `Java ${javas[0].major}` : "no Java"}`
      : `OpenSearch needs Java 21 or 25; found: ${javas.map(({ home, major }) => `${major} in ${home}`).join(", ") || "none"}`,
    "Install a JDK 21 or 25 and name its folder in OPENSEARCH_JAVA_HOME.",
  );
}

function candidates(environment: NodeJS.ProcessEnv): string[] {
  const fixed = environment["JAVA_HOME"] ? [environment["JAVA_HOME"]] : [];
  const onPath = (environment["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => realPath(join(folder, "java")))
    .filter((path) => path !== null)
    .map((path) => dirname(dirname(path)));
  const installed = JVM_FOLDERS.flatMap(([folder, inside]) =>
    entries(folder)
      .map((entry) => realPath(join(folder, entry, inside)))
      .filter((path) => path !== null),
  );
  return [...fixed, ...onPath, ...installed];
}

function javaAt(home: string): Java | null {
  const { stdout } = spawnSync(join(home, "bin/java"), ["--list-modules"], { encoding: "utf8" });
  return javaOf(home, stdout ?? "");
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
