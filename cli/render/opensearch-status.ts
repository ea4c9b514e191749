import type { DetectorStatus } from "#adapters/opensearch/provisioning/detector-status.ts";
import type { OpenSearchStatus } from "#adapters/opensearch/provisioning/status.ts";
import type { EpochMs } from "#core/domain/time.ts";
import { amount, counted, duration, utc } from "#core/messages/format.ts";
import { visible } from "#core/messages/visible.ts";
import { type Style, Terminal, type TextOptions } from "./terminal.ts";

const MIB = 2 ** 20;

/** What is kept, how fresh it is, and how the detectors are. */
export function renderStatus(status: OpenSearchStatus, url: string, now: EpochMs, options: TextOptions): string {
  const terminal = new Terminal(options);
  const blocks = [
    heading(status, url),
    stores(status, now),
    forest(terminal, status, now),
    ...(status.coverage ? [coverage(terminal, status.coverage)] : []),
    bell(status),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function heading({ engine, versions, retention }: OpenSearchStatus, url: string): string {
  const made = versions
    ? `provisioned, mappings of version ${versions.mappings}`
    : "not provisioned completely: `trailwatch opensearch apply` does it";
  const by = retention.by === "policy" ? "by policies of the cluster" : "by the schedule that rolls up";
  return [
    `OpenSearch ${engine.version} at ${visible(url)}: ${made}`,
    `Kept: events ${counted(retention.eventDays, "day")}, roll-ups ${counted(retention.rollupDays, "day")}, deleted ${by}`,
  ].join("\n");
}

const stores = ({ stores: all }: OpenSearchStatus, now: EpochMs): string =>
  all
    .map(({ pattern, indices, documents, bytes, newest, broken }) => {
      const size =
        indices === 0
          ? "nothing yet"
          : `${amount(documents)} documents, ${amount(Math.ceil(bytes / MIB))} MiB in ${counted(indices, "index", "indices")}`;
      const fresh = newest === null ? "" : `; newest ${utc(newest)}${age(newest, now)}`;
      const trouble = broken.length === 0 ? "" : `; NOT READABLE: ${broken.map(visible).join(", ")}`;
      return `${visible(pattern)}: ${size}${fresh}${trouble}`;
    })
    .join("\n");

const age = (time: EpochMs, now: EpochMs): string => (time > now ? "" : ` (${duration(now - time)} ago)`);

const STYLES: Readonly<Record<DetectorStatus["condition"], Style>> = {
  running: "green",
  learning: "cyan",
  replaced: "dim",
  unwanted: "dim",
  missing: "yellow",
  stopped: "yellow",
  silent: "red",
  failing: "red",
};

function forest(terminal: Terminal, { detectors }: OpenSearchStatus, now: EpochMs): string {
  if (detectors === null) return "Forest: no anomaly detection plugin; the count model carries on alone";
  if (detectors.length === 0) return "Forest: no detectors are wanted";
  return detectors
    .map(({ name, condition, entities, newest, anomalies, past, error, modelBytes }) => {
      const facts = [
        `${entities.covered} of ${counted(entities.total, "entity", "entities")} covered, ${amount(Math.ceil(modelBytes / MIB))} MiB`,
        newest === null ? "nothing judged yet" : `judged up to ${utc(newest)}${age(newest, now)}`,
        counted(anomalies, "anomaly", "anomalies"),
        ...(past === null ? [] : [`past ${past.toLowerCase()}`]),
        ...(error === "" ? [] : [visible(error)]),
      ];
      return `${terminal.style(STYLES[condition], condition)} ${visible(name)}\n${terminal.wrap(facts.join("; "), "    ")}`;
    })
    .join("\n");
}

function coverage(terminal: Terminal, { active, excluded, memory }: NonNullable<OpenSearchStatus["coverage"]>): string {
  const room = `${amount(Math.floor(memory.bytes / MIB))} MiB (${memory.basis}) hold ${counted(memory.entities, "entity", "entities")} of each detector`;
  const left = excluded.length === 0 ? "all fit" : `left out as the quietest: ${excluded.map(visible).join(", ")}`;
  return terminal.wrap(`Memory: ${room}; ${active} active; ${left}`, "", 4);
}

function bell({ monitor }: OpenSearchStatus): string {
  if (monitor === null) return "Alerts: no monitor; results are read on a schedule";
  const to = monitor.channel === null ? "nowhere" : visible(monitor.channel);
  return `Alerts: the monitor is ${monitor.enabled ? "on" : "OFF"} and rings ${to}`;
}
