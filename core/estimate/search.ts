import { OPENSEARCH_VERSIONS, type OpenSearchVersion } from "../config/deployment/index.ts";
import { watchedSignals } from "../config/opensearch.ts";
import { counted, grouped } from "../messages/format.ts";
import { searchNodeHourPrice, servicePrice } from "../pricing/service-price.ts";
import { resolveSignals } from "../signals/config.ts";
import { type CostLine, exactly, freeLine, lineOf } from "./line.ts";
import { BUCKETS_A_DAY, GIB, HOURS_A_MONTH } from "./month.ts";
import { type EstimatePlan, eventsPerDay } from "./plan.ts";

const SERVICE = "OpenSearch Service";

/** Nodes of the domain, their storage, and what AWS asks for an engine that is past its support. */
export function searchLines(plan: EstimatePlan): readonly CostLine[] {
  const { deployment, region } = plan;
  if (deployment.config.domain !== null) {
    return [freeLine(SERVICE, "domain", "one that exists", "its nodes and storage are paid for already")];
  }
  const { sizing, engine } = deployment;
  const { needed, there } = storageNeed(plan);
  return [
    ...nodesOf(plan).map(({ what, count, type }) =>
      lineOf({
        service: SERVICE,
        what,
        amount: exactly(count * HOURS_A_MONTH),
        price: searchNodeHourPrice(type, region),
        quantity: `${count} x ${type}, ${HOURS_A_MONTH} hours`,
      }),
    ),
    lineOf({
      service: SERVICE,
      what: "storage",
      amount: exactly(there),
      unit: `GiB of gp3 (${sizing.dataNodes} x ${grouped(sizing.storageGiB)})`,
      price: servicePrice("searchGp3GibMonth", region),
      why: [`paid for whether full or not; what is kept needs some ${grouped(Math.ceil(needed))} GiB at this volume`],
    }),
    ...(engine.standardSupportUntil === undefined ? [] : [extendedSupportLine(plan, engine)]),
    freeLine(SERVICE, "snapshots", "every hour, kept 14 days", "AWS's automated snapshots of a domain cost nothing"),
  ];
}

interface Nodes {
  readonly what: string;
  readonly count: number;
  readonly type: string;
}

function nodesOf({ deployment: { sizing } }: EstimatePlan): readonly Nodes[] {
  return [
    { what: "data nodes", count: sizing.dataNodes, type: sizing.dataNodeType },
    { what: "dedicated master nodes", count: sizing.masterNodes, type: sizing.masterNodeType },
  ].filter(({ count }) => count > 0);
}

/** What the oldest engine would cost, where one in standard support is chosen. */
export function extendedSupportOption(plan: EstimatePlan): readonly CostLine[] {
  const { config, engine } = plan.deployment;
  const [oldest] = OPENSEARCH_VERSIONS.filter(({ standardSupportUntil }) => standardSupportUntil !== undefined);
  if (config.domain !== null || engine.standardSupportUntil !== undefined || oldest === undefined) return [];
  return [extendedSupportLine(plan, oldest)];
}

/** Beside the price of every node, as its size counts. */
function extendedSupportLine(plan: EstimatePlan, engine: OpenSearchVersion): CostLine {
  const { name, standardSupportUntil, extendedSupportUntil } = engine;
  const units = nodesOf(plan).reduce((sum, { count, type }) => sum + count * normalizedSize(type), 0);
  return lineOf({
    service: SERVICE,
    what: `extended support of ${name}`,
    amount: exactly(units * HOURS_A_MONTH),
    unit: "normalized instance hours",
    price: servicePrice("searchExtendedSupportHour", plan.region),
    why: [
      `the nodes count ${grouped(units)} an hour together: a medium one 2, a large one 4, an xlarge one 8, each step up twice as much`,
      `standard support ended on ${standardSupportUntil}` +
        (extendedSupportUntil === undefined ? "" : `, extended support on ${extendedSupportUntil}`),
    ],
  });
}

const SMALL_SIZES: Readonly<Record<string, number>> = { small: 1, medium: 2, large: 4, xlarge: 8 };

/** How many times a `small` one it counts. */
function normalizedSize(type: string): number {
  const size = type.split(".")[1] ?? "";
  return SMALL_SIZES[size] ?? Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? 1) * 8;
}

/** As in docs/opensearch.md: what documents take on disk where nothing was measured, and how full disks may be. */
const BYTES = { event: 420, rollup: 70 };
const FILLED = 0.75;

/** What the cluster will hold when it is as old as it keeps, and what its disks can. GiB. */
export function storageNeed(plan: EstimatePlan): { readonly needed: number; readonly there: number } {
  const { config, deployment, volume } = plan;
  const { eventDays, rollupDays, replicas } = config.opensearch;
  const watched = watchedSignals(config.opensearch, resolveSignals(config.signals));
  const signals = new Set(watched.map(({ signal }) => signal.id)).size;
  const copies = 1 + replicas;
  const events = eventsPerDay(plan) * BYTES.event * eventDays * copies;
  const rollups = volume.entities * signals * BUCKETS_A_DAY * BYTES.rollup * rollupDays * copies;
  const { dataNodes, storageGiB } = deployment.sizing;
  return { needed: (events + rollups) / FILLED / GIB, there: dataNodes * storageGiB };
}

/** What to change where the disks will not do. */
export function storageWarnings(plan: EstimatePlan): readonly string[] {
  if (plan.deployment.config.domain !== null) return [];
  const { needed, there } = storageNeed(plan);
  if (needed <= there) return [];
  const { dataNodes } = plan.deployment.sizing;
  const { eventDays } = plan.config.opensearch;
  return [
    `The data nodes have ${grouped(Math.round(there))} GiB, and ${counted(eventDays, "day")} of events need some ${grouped(Math.ceil(needed))}: ` +
      `set deployment.overrides.storageGiB to ${grouped(Math.ceil(needed / dataNodes))} or more, keep fewer days (opensearch.eventDays), or take a larger size.`,
  ];
}
