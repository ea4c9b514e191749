import { usdText } from "#core/domain/money.ts";
import type { CostOption, Estimate } from "#core/estimate/estimate.ts";
import type { CostLine, LinePrice, NanoUsdRange } from "#core/estimate/line.ts";
import { eventsPerDay, eventsPerMonth, gibPerMonth } from "#core/estimate/plan.ts";
import { amount, counted, listed } from "#core/messages/format.ts";
import { dollarRange } from "#core/messages/money.ts";
import { visible } from "#core/messages/visible.ts";
import { decimal } from "#core/pricing/unit-price.ts";
import { columns, Terminal, type TextOptions } from "./terminal.ts";

/** The sum first, then what comes in, every line with what it rests on, what is off, and where prices are from. */
export function renderEstimate(estimate: Estimate, options: TextOptions): string {
  const terminal = new Terminal(options);
  const sources = new Sources();
  const blocks = [
    heading(terminal, estimate),
    volume(terminal, estimate),
    ...estimate.warnings.map((warning) => terminal.wrap(warning, "Note: ", 6, "yellow")),
    ...estimate.services.map(({ service, perMonth }) => {
      const own = estimate.lines.filter((line) => line.service === service);
      return [terminal.rule(`${service}  ${spokenMoney(perMonth)}`), ...linesBlock(terminal, own, sources)].join("\n");
    }),
    [
      terminal.rule("Off, and not in the sum"),
      ...estimate.options.flatMap((option) => optionBlock(terminal, option, sources)),
    ].join("\n"),
    [terminal.rule("Not estimated"), ...estimate.leftOut.map((text) => terminal.wrap(text, "  - "))].join("\n"),
    [
      terminal.rule("Where prices are from, and of when"),
      ...sources.list().map((text) => terminal.wrap(text, "  ", 6)),
    ].join("\n"),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function heading(terminal: Terminal, { plan, total, unknown }: Estimate): string {
  const { deployment, region, volume: coming } = plan;
  const { size } = deployment.config;
  const sum = terminal.style("bold", `${spokenMoney(total)} a month`);
  const accounts = BigInt(coming.accounts);
  const each = { low: total.low / accounts, high: total.high / accounts };
  const share = coming.accounts === 1 ? "" : ` (${spokenMoney(each)} an account)`;
  const without =
    unknown.length === 0 ? "" : `, without ${listed(unknown.map(({ what }) => what))}, of which nobody knows the cost`;
  return terminal.wrap(
    `Trailwatch in ${region}, size ${size}, ${counted(coming.accounts, "account")}: ${sum}${share}${without}`,
    "",
    2,
  );
}

function volume(terminal: Terminal, { plan }: Estimate): string {
  const { volume: coming } = plan;
  return [
    `Events: ${amount(eventsPerDay(plan))} a day, ${amount(eventsPerMonth(plan) / 1e6)} million and ${amount(gibPerMonth(plan))} GiB a month`,
    ...coming.basis.map((text) => terminal.wrap(text, "  - ", 4, "dim")),
  ].join("\n");
}

function linesBlock(terminal: Terminal, lines: readonly CostLine[], sources: Sources): readonly string[] {
  const costs = lines.map(({ perMonth }) => (perMonth === null ? "unknown" : spokenMoney(perMonth)));
  const width = Math.max(...costs.map(columns));
  return lines.map(({ what, quantity, price, why }, at) => {
    const first = `  ${(costs[at] ?? "").padStart(width)}  `;
    const at$ = price === null ? "" : ` at ${spokenPrice(price)} ${sources.mark(price)}`;
    return [
      terminal.wrap(`${what}: ${visible(quantity)}${at$}`, first),
      ...(why.length === 0 ? [] : [terminal.wrap(visible(why.join("; ")), " ".repeat(width + 4), width + 4, "dim")]),
    ].join("\n");
  });
}

function optionBlock(terminal: Terminal, { setting, lines }: CostOption, sources: Sources): readonly string[] {
  return [`  ${terminal.style("bold", setting)}`, ...linesBlock(terminal, lines, sources)];
}

const CARRIED = "~";

const spokenMoney = ({ low, high }: NanoUsdRange): string => dollarRange({ low: usdText(low), high: usdText(high) });

/** `$0.135`, `$0.50 to $0.62`; small ones by the million. */
function spokenPrice({ low, high, carried }: LinePrice): string {
  const isSmall = high < 0.001;
  const digits = carried === null ? 6 : 3;
  const of = (usd: number): string => cents(decimal(Number((isSmall ? usd * 1e6 : usd).toPrecision(digits))));
  const range = low === high ? `$${of(low)}` : `${CARRIED}$${of(low)} to $${of(high)}`;
  return isSmall ? `${range} a million` : range;
}

/** `0.5` is `0.50`, as money is written; further digits stay. */
const cents = (text: string): string => text.replace(/\.(\d)$/, ".$10").replace(/^(\d+)$/, "$1.00");

/** Pages and extracts that prices are from, each with region and date, numbered as they come. */
class Sources {
  readonly #known: string[] = [];
  readonly #carried = new Set<string>();

  mark({ source, asOf, listedIn, carried }: LinePrice): string {
    if (carried !== null) this.#carried.add(carried);
    const text = `${source}, ${listedIn} (${asOf})`;
    if (!this.#known.includes(text)) this.#known.push(text);
    return `[${this.#known.indexOf(text) + 1}]`;
  }

  list(): readonly string[] {
    return [
      ...this.#known.map((text, at) => `[${at + 1}] ${text}`),
      ...[...this.#carried].map((text) => `${CARRIED} ${text}`),
    ];
  }
}
