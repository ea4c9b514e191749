import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { EpochMs } from "#core/domain/time.ts";

const BOOTSTRAP = fileURLToPath(new URL("./bootstrap.ts", import.meta.url));
const API = "/2018-06-01/runtime";

/** A function as the deployment describes it. */
export interface FunctionDescription {
  /** Its folder's: `UsageRollup`. */
  readonly name: string;
  /** As runbooks know it. */
  readonly functionName: string;
  /** That the bundle is in. */
  readonly folder: string;
  readonly handler: string;
  readonly memoryMiB: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** How an invocation ended. */
export type Outcome =
  | { readonly kind: "answered"; readonly payload: unknown }
  | { readonly kind: "failed"; readonly errorType: string; readonly errorMessage: string }
  /** The process was ended from outside, or went by itself. */
  | { readonly kind: "died" };

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly at: EpochMs;
  readonly end: (outcome: Outcome) => void;
}

/**
 * Lambda around one function: a process with the environment that it is deployed with and nothing of this one's, which gets
 * its invocations over the runtime interface, one at a time. A process that dies is followed by a new one with the next
 * invocation; its clock shows what the invocation says.
 */
export class RunningFunction {
  readonly description: FunctionDescription;
  /** What the processes wrote, line by line. */
  readonly log: string[] = [];
  /** Processes that were started. */
  starts = 0;
  readonly #server: Server;
  #process: ChildProcess | null = null;
  #current: Invocation | null = null;
  #waiting: ServerResponse | null = null;

  private constructor(description: FunctionDescription, server: Server) {
    this.description = description;
    this.#server = server;
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  static async open(description: FunctionDescription): Promise<RunningFunction> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RunningFunction(description, server);
  }

  /** @param at what the clock shows where the function runs; @param id of the request, the same for another attempt at it */
  async invoke(event: unknown, at: EpochMs, id: string = randomUUID()): Promise<Outcome> {
    if (this.#current) throw new Error(`${this.description.name} is invoked already`);
    return await new Promise<Outcome>((resolve) => {
      const late = setTimeout(() => void this.kill(), this.description.timeoutMs);
      const end = (outcome: Outcome): void => {
        clearTimeout(late);
        this.#current = null;
        resolve(outcome);
      };
      this.#current = { id, event: JSON.stringify(event ?? null), at, end };
      if (this.#process === null) this.#start(at);
      this.#handOver();
    });
  }

  /** At once, as Lambda ends a process whose time is over or whose machine goes; resolves when it is gone. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running === null) return;
    const gone = new Promise((resolve) => running.once("close", resolve));
    running.kill("SIGKILL");
    await gone;
  }

  async close(): Promise<void> {
    await this.kill();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #start(at: EpochMs): void {
    const { functionName, folder, handler, memoryMiB, environment } = this.description;
    const port = (this.#server.address() as AddressInfo).port;
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", BOOTSTRAP], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"],
        TZ: ":UTC",
        LANG: "en_US.UTF-8",
        AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        AWS_LAMBDA_FUNCTION_NAME: functionName,
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMiB),
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: handler,
        CLOCK_AT_START: String(at),
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    this.starts += 1;
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream?.on("data", (chunk: Buffer) => {
        const lines = `${rest}${chunk}`.split("\n");
        rest = lines.pop() ?? "";
        this.log.push(...lines.filter(Boolean));
      });
    }
    child.once("close", () => {
      this.#process = null;
      this.#waiting = null;
      this.#current?.end({ kind: "died" });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").slice(API.length);
    if (path === "/invocation/next") {
      this.#waiting = response;
      this.#handOver();
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    response.writeHead(202).end();
    const body = JSON.parse(Buffer.concat(parts).toString());
    const [, id, what] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (id !== undefined && id !== this.#current?.id) return;
    if (what === "response") this.#current?.end({ kind: "answered", payload: body });
    else this.#current?.end({ kind: "failed", errorType: body.errorType, errorMessage: body.errorMessage });
  }

  #handOver(): void {
    if (this.#current === null || this.#waiting === null) return;
    const { id, event, at } = this.#current;
    const { functionName, timeoutMs } = this.description;
    this.#waiting.writeHead(200, {
      "content-type": "application/json",
      date: new Date(at).toUTCString(),
      "lambda-runtime-aws-request-id": id,
      "lambda-runtime-deadline-ms": String(at + timeoutMs),
      "lambda-runtime-invoked-function-arn": `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`,
      "lambda-runtime-trace-id": "Root=1-6727f800-000000000000000000000000;Sampled=0",
    });
    this.#waiting.end(event);
    this.#waiting = null;
  }
}
