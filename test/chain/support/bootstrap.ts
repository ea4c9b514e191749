/**
 * What Lambda's own runtime for Node does in a function's process: imports the handler that `_HANDLER` names from the
 * bundle, asks the runtime interface for one invocation after the other, and hands back what the handler answers or
 * throws. AWS's client of that interface (`aws-lambda-ric`) has to be compiled, with libcurl, wherever it is installed;
 * the interface itself is five addresses.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { replaceClock, setClock } from "./machine-clock.ts";

type Handler = (event: unknown, context: object) => Promise<unknown>;

const API = `http://${process.env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime`;
const ERROR_TYPE = "lambda-runtime-function-error-type";
const agent = new Agent({ keepAlive: true });

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Waits for as long as it takes: there may be nothing to do for hours. */
const ask = (method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asking = request(`${API}${path}`, { method, agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(parts).toString() }));
    });
    asking.on("error", reject);
    asking.end(body);
  });

function described(error: unknown): { readonly errorType: string; readonly body: string } {
  const known = error instanceof Error ? error : new Error(String(error));
  const errorType = known.name;
  const trace = (known.stack ?? "").split("\n").slice(1);
  return { errorType, body: JSON.stringify({ errorType, errorMessage: known.message, trace }) };
}

async function handlerOf(): Promise<Handler> {
  const [file = "", name = ""] = (process.env["_HANDLER"] ?? "").split(".");
  const path = join(process.env["LAMBDA_TASK_ROOT"] ?? "", `${file}.mjs`);
  const loaded = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const handler = loaded[name];
  if (typeof handler !== "function") throw new TypeError(`${path} exports no function ${name}`);
  return handler as Handler;
}

const headerOf = ({ headers }: Answer, name: string): string => String(headers[name] ?? "");

function contextOf(next: Answer): object {
  const deadline = Number(headerOf(next, "lambda-runtime-deadline-ms"));
  return {
    functionName: process.env["AWS_LAMBDA_FUNCTION_NAME"],
    functionVersion: process.env["AWS_LAMBDA_FUNCTION_VERSION"],
    memoryLimitInMB: process.env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    awsRequestId: headerOf(next, "lambda-runtime-aws-request-id"),
    invokedFunctionArn: headerOf(next, "lambda-runtime-invoked-function-arn"),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** A machine's clock follows that of the machine around it: of whoever answers, to the second. */
const followClock = (next: Answer): void => setClock(Date.parse(headerOf(next, "date")));

async function run(): Promise<never> {
  setClock(Number(process.env["CLOCK_AT_START"]));
  replaceClock();
  let handler: Handler;
  try {
    handler = await handlerOf();
  } catch (error) {
    const { errorType, body } = described(error);
    await ask("POST", "/init/error", body, { [ERROR_TYPE]: errorType });
    process.exit(1);
  }
  for (;;) {
    const next = await ask("GET", "/invocation/next");
    const id = headerOf(next, "lambda-runtime-aws-request-id");
    process.env["_X_AMZN_TRACE_ID"] = headerOf(next, "lambda-runtime-trace-id");
    followClock(next);
    try {
      const result = await handler(JSON.parse(next.text), contextOf(next));
      await ask("POST", `/invocation/${id}/response`, JSON.stringify(result ?? null));
    } catch (error) {
      const { errorType, body } = described(error);
      await ask("POST", `/invocation/${id}/error`, body, { [ERROR_TYPE]: errorType });
    }
  }
}

await run();
