import { usdText } from "#core/domain/money.ts";
import type { Estimate } from "#core/estimate/estimate.ts";
import type { CostLine, LinePrice, NanoUsdRange } from "#core/estimate/line.ts";
import { eventsPerDay, eventsPerMonth, gibPerMonth } from "#core/estimate/plan.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";
import { decimal } from "#core/pricing/unit-price.ts";

/** One document; money is decimal text, as everywhere. */
export function renderEstimateJson({ plan, lines, services, total, unknown, options, ...rest }: Estimate): string {
  const { deployment, region, volume } = plan;
  const { mode, size } = deployment.config;
  const document = {
    region,
    mode,
    size,
    volume: {
      ...volume,
      eventsPerDay: eventsPerDay(plan),
      eventsPerMonth: Math.round(eventsPerMonth(plan)),
      gibPerMonth: gibPerMonth(plan),
    },
    usdPerMonth: money(total),
    complete: unknown.length === 0,
    services: services.map(({ service, perMonth }) => ({ service, usdPerMonth: money(perMonth) })),
    lines: lines.map(lineDocument),
    options: options.map(({ setting, lines: own }) => ({ setting, lines: own.map(lineDocument) })),
    ...rest,
  };
  return `${escapeInvisible(JSON.stringify(document, null, 2))}\n`;
}

const lineDocument = ({ service, what, quantity, amount, price, perMonth, why }: CostLine) => ({
  service,
  what,
  quantity,
  amount,
  unitPrice: price && priceDocument(price),
  usdPerMonth: perMonth && money(perMonth),
  why,
});

const priceDocument = ({ low, high, unit, listedIn, source, asOf, carried }: LinePrice) => ({
  usd: { low: decimal(low), high: decimal(high) },
  unit,
  listedIn,
  source,
  asOf,
  carried,
});

const money = ({ low, high }: NanoUsdRange) => ({ low: usdText(low), high: usdText(high) });
