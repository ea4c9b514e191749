import { servicePrice } from "../pricing/service-price.ts";
import { type CostLine, exactly, lineOf } from "./line.ts";
import { DAYS_A_MONTH, GIB } from "./month.ts";
import type { EstimatePlan } from "./plan.ts";

export const CLOUDTRAIL = "CloudTrail";

/** Management events logged by a trail beside the one that the organization has. */
export const secondCopyLine = ({ region, volume }: EstimatePlan): CostLine =>
  lineOf({
    service: CLOUDTRAIL,
    what: "second copy of management events",
    amount: exactly(volume.managementEventsPerDay * DAYS_A_MONTH),
    unit: "events",
    price: servicePrice("cloudTrailCopyEvent", region),
    why: ["$2.00 per 100,000 events, where the accounts have a trail already"],
  });

export const insightsLine = ({ region, volume }: EstimatePlan): CostLine =>
  lineOf({
    service: CLOUDTRAIL,
    what: "Insights",
    amount: exactly(volume.managementEventsPerDay * (1 + volume.writeShare) * DAYS_A_MONTH),
    unit: "events analysed",
    price: servicePrice("cloudTrailInsightsEvent", region),
    why: [
      "$0.35 per 100,000 events: all of them for the rate of errors, those that change something for the rate of calls too",
    ],
  });

/** What a kind of data events is called, and the option that says how many there are. */
const KINDS = {
  lambda: { what: "data events: invocations of functions", option: "--lambda-events-per-day" },
  s3: { what: "data events: reads and writes of objects in S3", option: "--s3-events-per-day" },
} as const;
export type DataEventKind = keyof typeof KINDS;

const perDayOf = ({ volume }: EstimatePlan, kind: DataEventKind): number | null =>
  kind === "lambda" ? volume.lambdaEventsPerDay : volume.objectEventsPerDay;

/** Data events themselves; that they are taken in and stored is in the lines of everything that is logged. */
export function dataEventLine(plan: EstimatePlan, kind: DataEventKind): CostLine {
  const perDay = perDayOf(plan, kind);
  const { what, option } = KINDS[kind];
  return lineOf({
    service: CLOUDTRAIL,
    what,
    amount: perDay === null ? null : exactly(perDay * DAYS_A_MONTH),
    unit: "events",
    price: servicePrice("cloudTrailDataEvent", plan.region),
    why: [
      "$0.10 per 100,000 events",
      ...(perDay === null
        ? [`how many there are is not known, nor what it costs to take them in: give ${option}`]
        : []),
    ],
  });
}

const MILLION = 1_000_000;

/** What they would cost where they are not logged, with being taken in by the trail's log group if it has one. */
export function dataEventOption(plan: EstimatePlan, kind: DataEventKind): readonly CostLine[] {
  const perDay = perDayOf(plan, kind);
  const { region, volume } = plan;
  const { what, option } = KINDS[kind];
  const events = perDay === null ? MILLION : perDay * DAYS_A_MONTH;
  const forEach = perDay === null ? { quantity: "for each million events" } : {};
  const unknown = perDay === null ? [`how many there are is not known: ${option} says`] : [];
  return [
    lineOf({
      service: CLOUDTRAIL,
      what,
      amount: exactly(events),
      unit: "events",
      ...forEach,
      price: servicePrice("cloudTrailDataEvent", region),
      why: ["$0.10 per 100,000 events", ...unknown],
    }),
    ...(plan.deployment.events.kind === "bucket"
      ? []
      : [
          lineOf({
            service: "CloudWatch Logs",
            what: "and their records, taken in",
            amount: exactly((events * volume.bytesPerEvent) / GIB),
            unit: "GiB",
            ...forEach,
            price: servicePrice("logsIngestGib", region),
          }),
        ]),
  ];
}
