import { type ChildProcess, spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  copyFileSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { javaOptionsFile, settingsFile } from "./configuration.ts";
import type { Java } from "./java.ts";
import { NodeError } from "./node-error.ts";
import type { NodeUser } from "./node-user.ts";
import type { NodeOptions } from "./options.ts";
import type { NodeFolders } from "./places.ts";

/** It takes 15 to 40 seconds on two cores; much longer on a machine that is busy. */
const READY_MS = 240_000;
const SHOWN_LINES = 20;

export interface Launch {
  readonly options: NodeOptions;
  readonly folders: NodeFolders;
  readonly java: Java;
  readonly distribution: string;
  readonly user: NodeUser | null;
}

/** A process of its own that answers at `url`. Throws NodeError with the end of its log where it does not come to that. */
export async function launch(launch: Launch): Promise<{ pid: number; url: string }> {
  const { options, folders } = launch;
  if (options.port !== undefined) await mustBeFree(options.port);
  layOut(launch);
  const child = spawnNode(launch);
  const interrupt = () => {
    killGroup(child);
    process.exit(130);
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const url = await ready(child, folders);
    child.unref();
    return { pid: child.pid as number, url };
  } catch (error) {
    killGroup(child);
    throw error;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** The script and what it runs before it becomes the node; it leads a group of its own. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

function layOut({ options, folders, java, distribution, user }: Launch): void {
  const shipped = join(distribution, "config");
  for (const old of [folders.configuration, folders.logs, folders.temporary])
    rmSync(old, { recursive: true, force: true });
  if (!options.keep)
    for (const old of [folders.data, folders.repositories]) rmSync(old, { recursive: true, force: true });
  for (const folder of [folders.configuration, folders.data, folders.logs, folders.temporary, folders.repositories]) {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  }
  writeFileSync(join(folders.configuration, "opensearch.yml"), settingsFile(options, folders));
  const javaOptions = javaOptionsFile(readFileSync(join(shipped, "jvm.options"), "utf8"), options.heap, java);
  writeFileSync(join(folders.configuration, "jvm.options"), javaOptions);
  copyFileSync(join(shipped, "log4j2.properties"), join(folders.configuration, "log4j2.properties"));
  if (user) give(folders.folder, user);
}

function give(folder: string, user: NodeUser): void {
  chownSync(folder, user.uid, user.gid);
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    lchownSync(join(folder, entry), user.uid, user.gid);
  }
}

/** Detached, and with nothing of this process's environment that would change the Java machine. */
function spawnNode({ folders, java, distribution, user }: Launch): ChildProcess {
  const log = openSync(folders.console, "w");
  try {
    return spawn("bash", ["bin/opensearch"], {
      cwd: distribution,
      detached: true,
      stdio: ["ignore", log, log],
      env: {
        PATH: process.env["PATH"],
        HOME: folders.folder,
        OPENSEARCH_JAVA_HOME: java.home,
        OPENSEARCH_PATH_CONF: folders.configuration,
        OPENSEARCH_TMPDIR: folders.temporary,
      },
      ...(user ?? {}),
    });
  } finally {
    closeSync(log);
  }
}

async function ready(child: ChildProcess, folders: NodeFolders): Promise<string> {
  let failure: Error | null = null;
  child.once("error", (error) => {
    failure = error;
  });
  for (const until = Date.now() + READY_MS; Date.now() < until; await wait(200)) {
    if (failure)
      throw new NodeError(`cannot run bash: ${(failure as Error).message}`, "Install bash.", { cause: failure });
    if (child.exitCode !== null || child.signalCode !== null) {
      throw died(`OpenSearch ended with ${child.exitCode ?? child.signalCode} while starting`, folders);
    }
    const url = listening(folders);
    if (url && (await answers(url))) return url;
  }
  throw died(`OpenSearch did not answer within ${READY_MS / 1000} seconds`, folders);
}

/** The node names its addresses once it listens. */
function listening({ ports }: NodeFolders): string | null {
  try {
    const address = readFileSync(ports, "utf8")
      .split("\n")
      .find((line) => line.startsWith("127.0.0.1:"));
    return address ? `http://${address}` : null;
  } catch {
    return null;
  }
}

async function answers(url: string): Promise<boolean> {
  const health = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=5s`).catch(() => null);
  return health?.ok === true;
}

function died(what: string, { console: log }: NodeFolders): NodeError {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n").slice(-SHOWN_LINES);
  return new NodeError(
    `${what}; the end of its log:\n${lines.map((line) => `    ${line}`).join("\n")}`,
    `Read ${log}.`,
  );
}

function mustBeFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause) =>
      reject(
        new NodeError(
          `port ${port} cannot be used: ${cause.message}`,
          "Name another with --port, or none: the first free one from 9200 on is taken.",
          { cause },
        ),
      ),
    );
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}
