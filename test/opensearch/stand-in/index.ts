import { randomBytes } from "node:crypto";
import type { EpochMs } from "#core/domain/time.ts";
import { Agenda } from "./agenda.ts";
import { Alerting } from "./alerting/plugin.ts";
import { type Decide, robustDeviation } from "./anomaly-detection/decide.ts";
import { AnomalyDetection } from "./anomaly-detection/plugin.ts";
import { CoreNode } from "./core-node.ts";
import { Desk } from "./desk.ts";
import { listen } from "./listen.ts";
import { Notifications } from "./notifications/plugin.ts";
import { Security, type SecurityUser } from "./security/plugin.ts";

export interface StandInOptions {
  /** The real core: everything that is no plugin's goes there unchanged. Without security. */
  readonly coreUrl: string;
  /** Which windows are anomalies. By default a plain rule, see {@link robustDeviation}. */
  readonly decide?: Decide;
  /** Milliseconds since the epoch; by default the machine's. */
  readonly clock?: () => EpochMs;
  /** By name. With users there is security: nobody else gets in, and not everybody may do everything. */
  readonly users?: Readonly<Record<string, SecurityUser>>;
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

export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { coreUrl, decide = robustDeviation, clock = Date.now, users } = options;
  const core = new CoreNode(coreUrl);
  const agenda = new Agenda(clock);
  const { nodes } = await core.get("GET", "/_nodes/_local/os");
  const [nodeId = ""] = Object.keys(nodes);
  const name = randomBytes(4).toString("hex");
  const detection = new AnomalyDetection(core, agenda, decide, nodeId, name);
  const notifications = new Notifications(agenda);
  const alerting = new Alerting(core, agenda, notifications, name);
  const security = users ? new Security(core, users) : undefined;
  const plugins = [...PLUGINS, ...(security ? ["opensearch-security"] : [])];
  const desk = new Desk({ core, agenda, plugins, detection, alerting, notifications, security });
  const server = await listen(core, desk);
  return {
    url: server.url,
    plugins,
    refused: desk.refused,
    dropped: detection.dropped,
    now: () => agenda.now(),
    advance: (ms) => agenda.advance(ms),
    idle: () => detection.idle(),
    restartNode: ({ repeating } = {}) => desk.inTurn(() => detection.jobs.restartNode(repeating)),
    addTopics: (arns) => notifications.addTopics(arns),
    fallSilent: () => detection.jobs.fallSilent(),
    close: async () => {
      await server.close();
      await desk.inTurn(async () => {
        await detection.close();
        await alerting.close();
      });
    },
  };
}
