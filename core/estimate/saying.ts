import { servicePrice } from "../pricing/service-price.ts";
import { between, type CostLine, exactly, freeLine, lineOf, timesOf } from "./line.ts";
import { DAYS_A_MONTH } from "./month.ts";
import type { EstimatePlan } from "./plan.ts";

const PAGES_A_MONTH = (5 * DAYS_A_MONTH) / 7;
/** Openings alone, or with updates, ends and alarms. */
const MESSAGES_A_PAGE = between(1, 6);
const BILL_PAGES = between(1, 4);
/** In a month, which `COST_EXPLORER_MONTHLY_USD` of QBusinessConnectorFunction bounds. */
const COST_EXPLORER_LIMIT_USD = 5;

/** Messages, and what is asked for them. */
export function sayingLines({ deployment, region }: EstimatePlan): readonly CostLine[] {
  const { alerts, environment } = deployment.config;
  const messages = timesOf(MESSAGES_A_PAGE, PAGES_A_MONTH);
  const topics = alerts.chatTopic ? 2 : 1;
  const service = "SNS";
  return [
    lineOf({
      service,
      what: "messages",
      amount: timesOf(messages, topics),
      unit: "messages",
      price: servicePrice("snsPublish", region),
      why: ["five pages a week, with updates, ends and alarms up to six times as many: assumed"],
    }),
    lineOf({
      service,
      what: "e-mails",
      amount: timesOf(messages, 1 + alerts.addresses.length),
      unit: "e-mails",
      price: servicePrice("snsMail", region),
      why: ["to the address of the deployment, and those of alerts.addresses"],
    }),
    environment.ENABLE_COST_ANALYSIS ? costExplorerLine(region) : costExplorerOff(),
    ...(alerts.slackSecretArn === null
      ? []
      : [freeLine("Secrets Manager", "webhook", "one secret", "it is there already; it is read a few times a day")]),
  ];
}

function costExplorerLine(region: string): CostLine {
  const price = servicePrice("costExplorerRequest", region);
  const most = "unpriced" in price ? 0 : COST_EXPLORER_LIMIT_USD / price.high;
  return lineOf({
    service: "Cost Explorer",
    what: "what an account was billed",
    amount: between(Math.min(most, PAGES_A_MONTH * BILL_PAGES.low), most),
    unit: "pages of answers",
    price,
    why: [
      `an account is asked for once a day at most; the function stops at $${COST_EXPLORER_LIMIT_USD} a month (COST_EXPLORER_MONTHLY_USD)`,
    ],
  });
}

const costExplorerOff = (): CostLine =>
  freeLine("Cost Explorer", "what an account was billed", "not asked", "ENABLE_COST_ANALYSIS is false");

/** People who look, and the way out of a VPC. */
export function peopleLines({ deployment, region, people }: EstimatePlan): readonly CostLine[] {
  const { dashboards, domain } = deployment.config;
  if (domain !== null || dashboards.signIn !== "cognito") return [];
  return [
    lineOf({
      service: "Cognito",
      what: "people who sign in to the dashboards",
      amount: exactly(people),
      unit: "people",
      price: servicePrice("cognitoPlusUser", region),
      why: ["the Plus plan has no free tier", "how many there are: --people"],
    }),
  ];
}
