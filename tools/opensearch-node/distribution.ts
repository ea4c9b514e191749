import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { NodeError } from "./node-error.ts";
import { distributionFolder } from "./places.ts";
import { isAlive } from "./process.ts";
import { ARTIFACT, SHA256, VERSION } from "./release.ts";
import { unpack } from "./zip.ts";

/** Pinned, so that every machine copies with the same one. */
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
const PARTIAL = "partial-";
const SHOWN_LINES = 15;

/** The unpacked distribution below `cache`; got with Maven when it is not there yet. Throws NodeError. */
export async function prepareDistribution(cache: string, say: (text: string) => void): Promise<string> {
  const distribution = distributionFolder(cache);
  if (existsSync(distribution)) return distribution;
  mkdirSync(cache, { recursive: true, mode: 0o755 });
  removeLeftOvers(cache);
  const partial = join(cache, `${PARTIAL}${process.pid}`);
  mkdirSync(partial, { mode: 0o755 });
  try {
    say(`getting OpenSearch ${VERSION} with Maven (152 MiB, once)`);
    const zip = readFileSync(await copyWithMaven(partial));
    verify(zip);
    say("unpacking");
    const unpacked = join(partial, "distribution");
    unpack(zip, unpacked);
    putInPlace(unpacked, distribution);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return distribution;
}

/** Of starts that were interrupted. */
function removeLeftOvers(cache: string): void {
  for (const entry of readdirSync(cache).filter((name) => name.startsWith(PARTIAL))) {
    if (!isAlive(Number(entry.slice(PARTIAL.length)))) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}

/** Throws NodeError where the bytes are not the release that is pinned. */
export function verify(zip: Buffer, expected = SHA256): void {
  const found = createHash("sha256").update(zip).digest("hex");
  if (found === expected) return;
  throw new NodeError(
    `the OpenSearch that Maven got has SHA-256 ${found}, expected ${expected}: it is damaged or another`,
    "Delete org/opensearch/distribution in Maven's local repository (~/.m2/repository) and start again; if it happens again, look at the repository that Maven's settings name.",
  );
}

/** Which repositories are asked is up to the machine's Maven settings. */
async function copyWithMaven(folder: string): Promise<string> {
  const args = [
    "-B",
    "-q",
    COPY,
    `-Dartifact=${ARTIFACT}`,
    `-DoutputDirectory=${folder}`,
    "-Dmdep.useBaseVersion=true",
  ];
  const { code, output } = await ended("mvn", args, folder);
  const zip = readdirSync(folder).find((name) => name.endsWith(".zip"));
  if (code === 0 && zip) return join(folder, zip);
  throw new NodeError(
    `Maven did not get ${ARTIFACT}:\n${output.trimEnd().split("\n").slice(0, SHOWN_LINES).join("\n")}`,
    "Check the network and Maven's settings (~/.m2/settings.xml).",
  );
}

function ended(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.once("error", (cause) => reject(mavenMissing(cause)));
    child.once("close", (code) => resolve({ code, output }));
  });
}

const mavenMissing = (cause: Error): NodeError =>
  new NodeError(
    `cannot run Maven, which gets OpenSearch: ${cause.message}`,
    "Install Maven (package maven) so that `mvn` is on the PATH.",
    { cause },
  );

/** By rename, so that what is there is whole; another start may have been quicker. */
function putInPlace(unpacked: string, distribution: string): void {
  try {
    renameSync(unpacked, distribution);
  } catch (error) {
    if (!existsSync(distribution)) throw error;
  }
}
