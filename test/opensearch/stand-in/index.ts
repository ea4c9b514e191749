import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EpochMs } from "#core/domain/time.ts";
import { Agenda } from "./agenda.ts";
import { Alerting } from "./alerting/plugin.ts";
import { type Decide, robustDeviation } from "./anomaly-detection/decide.ts";
import { AnomalyDetection } from "./anomaly-detection/plugin.ts";
import { catPlugins } from "./cat-plugins.ts";
import { CoreNode } from "./core-node.ts";
import {
  type Answer,
  type Call,
  errorBody,
  type Json,
  jsonOf,
  NeverRecorded,
  Refusal,
  WholeRefusal,
} from "./exchange.ts";
import { Notifications } from "./notifications/plugin.ts";

export type { Decide, Verdict } from "./anomaly-detection/decide.ts";
export { robustDeviation } from "./anomaly-detection/decide.ts";
export type { Series, Window } from "./anomaly-detection/series.ts";

export interface StandInOptions {
  /** The real core: everything that is no plugin's goes there unchanged. Without security. */
  readonly coreUrl: string;
  /** Which windows are anomalies. By default a plain rule, see {@link robustDeviation}. */
  readonly decide?: Decide;
  /** Milliseconds since the epoch; by default the machine's. */
  readonly clock?: () => EpochMs;
}

/** Plugins in front of a core that has none. Each has its own detectors, monitors and channels; the core is shared. */
export interface StandIn {
  readonly url: string;
  /** As `_cat/plugins` names them. */
  readonly plugins: readonly string[];
  /** Requests whose like was never recorded, each with the reason: answered with 501. Tests want it empty. */
  readonly refused: readonly string[];
  /** Members of detectors that were sent and that the node drops silently. */
  readonly dropped: readonly string[];
  now(): EpochMs;
  /** Lets time pass at once: what falls due runs before the next request is answered. */
  advance(ms: number): void;
  /** Resolves when no historical run works any more; its end is seen by asking for its state. */
  idle(): Promise<void>;
  /** As if the node restarted; `repeating` writes each entity's newest window a second time, 200 ms later. */
  restartNode(options?: { readonly repeating?: boolean }): Promise<void>;
  /** From now on the node has AWS credentials, and SNS has these topics. Without, it has none. */
  addTopics(arns: readonly string[]): void;
  /** From now on no job of a detector writes anything, and none says so. */
  fallSilent(): void;
  close(): Promise<void>;
}

const PLUGINS = [
  "opensearch-alerting",
  "opensearch-anomaly-detection",
  "opensearch-job-scheduler",
  "opensearch-notifications",
  "opensearch-notifications-core",
];

export async function startStandIn({
  coreUrl,
  decide = robustDeviation,
  clock = Date.now,
}: StandInOptions): Promise<StandIn> {
  const core = new CoreNode(coreUrl);
  const agenda = new Agenda(clock);
  const refused: string[] = [];
  const { nodes } = await core.get("GET", "/_nodes/_local/os");
  const [nodeId = ""] = Object.keys(nodes);
  const name = randomBytes(4).toString("hex");
  const detection = new AnomalyDetection(core, agenda, decide, nodeId, name);

  const notifications = new Notifications(agenda);
  const alerting = new Alerting(core, agenda, notifications, name);

  const answerOf = async (call: Call): Promise<Answer> => {
    try {
      await agenda.catchUp();
      if (call.path === "/_cat/plugins") return await catPlugins(core, call, PLUGINS);
      if (call.path === "/_cluster/settings") return applySettings(detection, jsonOf(call));
      const answer =
        (await detection.handle(call)) ?? (await alerting.handle(call)) ?? (await notifications.handle(call));
      if (!answer) throw new NeverRecorded("no such request was recorded");
      return answer;
    } catch (error) {
      if (error instanceof WholeRefusal) return { status: error.status, body: error.body };
      if (error instanceof Refusal) return { status: error.status, body: errorBody(error) };
      if (!(error instanceof NeverRecorded)) throw error;
      const request = `${call.method} ${call.path}`;
      refused.push(`${request}: ${error.message}`);
      return { status: 501, body: { stand_in: "refused", request, reason: error.message } };
    }
  };

  // One at a time, so that each request sees the state that the one before it left.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const body = {
        stand_in: "broken",
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
      send(response, { status: 500, body });
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://stand-in");
    if (!isForPlugins(request.method ?? "GET", url.pathname)) {
      await inTurn(() => agenda.catchUp());
      return core.pass(request, response);
    }
    const body = await bodyOf(request);
    const call = {
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      text: body.toString(),
    };
    if (url.pathname === "/_cluster/settings" && !body.includes("plugins.anomaly_detection.")) {
      return core.pass(request, response, body);
    }
    send(response, await inTurn(() => answerOf(call)));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    plugins: PLUGINS,
    refused,
    dropped: detection.dropped,
    now: () => agenda.now(),
    advance: (ms) => agenda.advance(ms),
    idle: () => detection.idle(),
    restartNode: ({ repeating } = {}) => inTurn(() => detection.jobs.restartNode(repeating)),
    addTopics: (arns) => notifications.addTopics(arns),
    fallSilent: () => detection.jobs.fallSilent(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await inTurn(async () => {
        await detection.close();
        await alerting.close();
      });
    },
  };
}

const isForPlugins = (method: string, path: string): boolean =>
  path.startsWith("/_plugins/") || path === "/_cat/plugins" || (method === "PUT" && path === "/_cluster/settings");

/** Settings that only a plugin knows: they are the stand-in's, and answered as the core would. */
function applySettings(detection: AnomalyDetection, sent: Json): Answer {
  const { persistent, ...rest } = sent;
  if (Object.keys(rest).length > 0) throw new NeverRecorded(`plugin settings that are ${Object.keys(rest).join(", ")}`);
  detection.applySettings(persistent);
  const set = Object.entries<Json>(persistent).filter(([, value]) => value !== null);
  const nested = Object.fromEntries(set.map(([name, value]) => [name.split(".").at(-1), String(value)]));
  const shown = set.length > 0 ? { plugins: { anomaly_detection: nested } } : {};
  return { status: 200, body: { acknowledged: true, persistent: shown, transient: {} } };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const plain = typeof body === "string";
  response.writeHead(status, { "content-type": `${plain ? "text/plain" : "application/json"}; charset=UTF-8` });
  response.end(plain ? body : JSON.stringify(body));
}
