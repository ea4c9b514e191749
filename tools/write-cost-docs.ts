/**
 * Writes the tables of docs/cost.md from estimates:
 *
 *     node tools/write-cost-docs.ts
 *
 * A test holds the file against the same text, so that no figure in it is older than the code.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resolveDeployment } from "../core/config/deployment/index.ts";
import { parseConfig } from "../core/config/index.ts";
import { usdText } from "../core/domain/money.ts";
import { type Estimate, estimate, USUAL_ACCOUNTS } from "../core/estimate/estimate.ts";
import type { CostLine, NanoUsdRange } from "../core/estimate/line.ts";
import { storageNeed } from "../core/estimate/search.ts";
import { assumedVolume, type SaidVolume } from "../core/estimate/volume.ts";
import { grouped } from "../core/messages/format.ts";
import { dollarRange } from "../core/messages/money.ts";

const DOCUMENT = new URL("../docs/cost.md", import.meta.url);
const REGION = "us-east-1";
const PEOPLE = 10;

type Size = keyof typeof USUAL_ACCOUNTS;
const SIZES = Object.keys(USUAL_ACCOUNTS) as readonly Size[];

function estimateOf(size: Size, deployment: object = {}, said: SaidVolume = {}): Estimate {
  const config = parseConfig({ deployment: { size, ...deployment } });
  return estimate({
    config,
    deployment: resolveDeployment(config.deployment),
    region: REGION,
    volume: assumedVolume(said, USUAL_ACCOUNTS[size]),
    people: PEOPLE,
  });
}

const money = ({ low, high }: NanoUsdRange): string => dollarRange({ low: usdText(low), high: usdText(high) });
const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => "---")), ...rows].join("\n");

const HEAD = SIZES.map((size) => `${size}, ${USUAL_ACCOUNTS[size]} accounts`);

function servicesTable(all: readonly Estimate[]): string {
  const services = [...new Set(all.toReversed().flatMap((one) => one.services.map(({ service }) => service)))];
  const cell = (one: Estimate, service: string): string =>
    money(one.services.find((total) => total.service === service)?.perMonth ?? { low: 0n, high: 0n });
  const accounts = (one: Estimate): NanoUsdRange => {
    const count = BigInt(one.plan.volume.accounts);
    return { low: one.total.low / count, high: one.total.high / count };
  };
  return table(
    ["a month", ...HEAD],
    [
      row("**all**", ...all.map(({ total }) => `**${money(total)}**`)),
      row("an account", ...all.map((one) => money(accounts(one)))),
      ...services
        .filter((service) => all.some((one) => cell(one, service) !== "$0"))
        .map((service) => row(service, ...all.map((one) => cell(one, service)))),
    ],
  );
}

function linesTable(all: readonly Estimate[]): string {
  const largest = all.at(-1)?.lines ?? [];
  const cell = (one: Estimate, { service, what }: CostLine): string => {
    const line = one.lines.find((own) => own.service === service && own.what === what);
    return line?.perMonth ? `${money(line.perMonth)}: ${line.quantity}` : "";
  };
  return table(
    ["service", "what", ...HEAD],
    largest
      .filter(({ price }) => price !== null)
      .map((line) => row(line.service, line.what, ...all.map((one) => cell(one, line)))),
  );
}

function optionsTable(all: readonly Estimate[]): string {
  const [first] = all;
  const rows = (first?.options ?? []).flatMap(({ setting, lines }) =>
    lines.map(({ what }) =>
      row(
        `\`${setting}\``,
        what,
        ...all.map((one) => {
          const option = one.options.find((own) => own.setting === setting);
          const line = option?.lines.find((own) => own.what === what);
          if (!line?.perMonth) return "";
          return `${money(line.perMonth)}${line.quantity.startsWith("for each") ? ` ${line.quantity}` : ""}`;
        }),
      ),
    ),
  );
  return table(["setting", "what", ...HEAD], rows);
}

/** What saves something, and what is lost with it. */
const LEVERS: readonly { readonly setting: string; readonly deployment: object; readonly loss: string }[] = [
  {
    setting: "`domain`: one that exists",
    deployment: {
      domain: {
        endpoint: "https://search-logs.us-east-1.es.amazonaws.com",
        arn: "arn:aws:es:us-east-1:111122223333:domain/logs",
      },
    },
    loss: "nothing, where that domain has room; its owner looks after it",
  },
  {
    setting: "`size: small`",
    deployment: { size: "small" },
    loss: "processors and memory: see whether detectors, searches and the roll-up still keep up",
  },
  {
    setting: "`overrides.masterNodes: 0`",
    deployment: { overrides: { masterNodes: 0 } },
    loss: "data nodes elect a master among themselves: a busy one may hold up the cluster",
  },
  {
    setting: "`overrides.dataNodes: 1`, `masterNodes: 0`, with `opensearch.replicas: 0`",
    deployment: { overrides: { dataNodes: 1, masterNodes: 0 } },
    loss: "a trial: a node that fails takes events with it until they are replayed from the trail",
  },
  {
    setting: "`overrides.storageGiB: 100`",
    deployment: { overrides: { storageGiB: 100 } },
    loss: "room to grow; `estimate` says what is needed, and an alarm when a fifth is left",
  },
  {
    setting: "`trail.logGroup`: of a trail that exists",
    deployment: { trail: { logGroup: "aws-controltower/CloudTrailLogs" } },
    loss: "nothing; the log group is paid for by whoever has it",
  },
  {
    setting: "`trail.bucket`: of a trail that exists",
    deployment: {
      trail: { bucket: { name: "org-logs", topicArn: "arn:aws:sns:us-east-1:111122223333:new-logs" } },
    },
    loss: "minutes: files come every five, later than a log group's events",
  },
  {
    setting: "`environment.ENABLE_COST_ANALYSIS: false`",
    deployment: { environment: { ENABLE_COST_ANALYSIS: false } },
    loss: "what incidents cost",
  },
];

function leversTable(): string {
  const base = estimateOf("medium").total;
  return table(
    ["`deployment` setting", "saves a month (medium)", "what is lost"],
    LEVERS.map(({ setting, deployment, loss }) => {
      const { total } = estimateOf("medium", deployment);
      return row(setting, money({ low: base.low - total.low, high: base.high - total.high }), loss);
    }),
  );
}

const VOLUMES = [2_000, 20_000, 200_000];

function volumesTable(): string {
  return table(
    ["events an account and day", ...HEAD],
    VOLUMES.map((eventsPerAccount) =>
      row(
        grouped(eventsPerAccount),
        ...SIZES.map((size) => {
          const usual = estimateOf(size, {}, { eventsPerAccount });
          const { needed, there } = storageNeed(usual.plan);
          if (needed <= there) return money(usual.total);
          const storageGiB = Math.ceil(needed / usual.plan.deployment.sizing.dataNodes / 100) * 100;
          const { total } = estimateOf(size, { overrides: { storageGiB } }, { eventsPerAccount });
          return `${money(total)}, with ${grouped(storageGiB)} GiB a node`;
        }),
      ),
    ),
  );
}

const all = SIZES.map((size) => estimateOf(size));

const PARTS: Readonly<Record<string, () => string>> = {
  services: () => servicesTable(all),
  volumes: volumesTable,
  lines: () => linesTable(all),
  options: () => optionsTable(all),
  levers: leversTable,
};

/** The document with its tables replaced. Throws RangeError when a marker is missing. */
export function withEstimates(document: string): string {
  return Object.entries(PARTS).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- ${name}: written by tools/write-cost-docs.ts -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new RangeError(`docs/cost.md has lost its markers of ${name}`);
    return `${text.slice(0, from + begin.length)}\n\n${make()}\n\n${text.slice(to)}`;
  }, document);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(DOCUMENT, withEstimates(readFileSync(DOCUMENT, "utf8")));
}
