import type { StoredEvent } from "#adapters/duckdb/stored-event.ts";
import { isoTime } from "#core/domain/time.ts";
import type { EventMark, Quantity, QuantityKind } from "#core/domain/usage-event.ts";
import { isIdentityCenterRole } from "#core/incidents/actors.ts";
import { amount, listed } from "#core/messages/format.ts";
import { toolWords } from "#core/messages/phrases.ts";
import { principalOf, principalWords } from "#core/messages/principal.ts";
import { named, visible } from "#core/messages/visible.ts";
import { Terminal, type TextOptions } from "./terminal.ts";

type Event = StoredEvent["event"];

/** Longest action that the others are aligned to. */
const ACTION = 36;

/**
 * Events in time order, under a heading wherever day, place or caller change. Each names its record as `f2#17`: the
 * seventeenth of the second file, and the files stand at the end.
 */
export function renderEvents(
  stored: readonly StoredEvent[],
  aliases: ReadonlyMap<string, string>,
  options: TextOptions,
): string {
  const terminal = new Terminal(options);
  const files = [...new Set(stored.map(({ file }) => file))];
  const width = Math.min(ACTION, Math.max(0, ...stored.map(({ event }) => callOf(event).length)));
  const lines: string[] = [];
  let [place, caller] = ["", ""];
  for (const { event, file, record } of stored) {
    const here = placeOf(event, aliases);
    const who = callerOf(event);
    if (here !== place) {
      if (place !== "") lines.push("");
      lines.push(terminal.style("bold", here));
      caller = "";
    }
    if (who !== caller) lines.push(terminal.wrap(who, "  "));
    [place, caller] = [here, who];
    const reference = terminal.style("dim", `[f${files.indexOf(file) + 1}#${record}]`);
    const first = `    ${isoTime(event.time).slice(11, 19)}  ${callOf(event).padEnd(width)}  `;
    const text = [outcomeOf(event), ...warningsOf(event), whatOf(event)].filter((part) => part !== "").join(", ");
    lines.push(terminal.wrap(text === "" ? reference : `${text} ${reference}`, first));
  }
  return `${[...lines, "", ...files.map((file, at) => `f${at + 1}  ${visible(file)}`)].join("\n")}\n`;
}

function placeOf({ time, account, region }: Event, aliases: ReadonlyMap<string, string>): string {
  const alias = aliases.get(account);
  const where = alias === undefined || alias === account ? named(account) : `${named(alias)} (${named(account)})`;
  return `${isoTime(time).slice(0, 10)} UTC  ${where}, ${named(region)}`;
}

function callerOf({ principal, origin }: Event): string {
  const words = principalWords(principal.id);
  const person = isIdentityCenterRole(principal.id) && principal.session !== null;
  const session = principal.session === null ? "" : `, session ${named(principal.session)}`;
  const who = person ? `${named(principal.session ?? "")} (${words})` : `${words}${session}`;
  const from = origin.invokedBy ?? origin.sourceIp ?? origin.network;
  // an AWS service is its own caller and its own place
  const where = from === null || from === principalOf(principal.id).name ? "" : ` from ${named(from)}`;
  const tool = origin.tool === "aws-service" ? "" : ` with ${toolWords(origin.tool)}`;
  return `by ${who}${where}${tool}`;
}

const callOf = ({ service, action }: Event): string => `${named(service)}:${named(action)}`;

const outcomeOf = ({ outcome, errorCode }: Event): string =>
  outcome === "success" ? "" : `${outcome}${errorCode === null ? "" : ` (${named(errorCode)})`}`;

/** What was made or freed, and what the call was about. */
function whatOf({ quantities, resources }: Event): string {
  const amounts = quantities.filter(({ kind, change }) => change !== "used" && !REPEATED.has(kind)).map(quantityWords);
  const [first] = resources;
  const more = resources.length > 1 ? ` and ${amount(resources.length - 1)} more` : "";
  const on = first === undefined ? "" : `${named(withoutPlace(first), 80)}${more}`;
  return [listed(amounts, 3), on].filter((part) => part !== "").join(", ");
}

/** Said by another quantity or by the resource. */
const REPEATED: ReadonlySet<QuantityKind> = new Set([
  "accelerated-instances",
  "access-keys-created",
  "users-created",
  "roles-created",
]);

/** `role/deploy` of `arn:aws:iam::111111111111:role/deploy`: the heading has the account and region. */
const withoutPlace = (resource: string): string =>
  resource.startsWith("arn:") ? resource.split(":").slice(5).join(":") || resource : resource;

const SIGNS: Readonly<Record<Quantity["change"], string>> = { added: "+", removed: "-", used: "" };

function quantityWords({ kind, change, amount: value, item }: Quantity): string {
  const what = item === null ? kind.replaceAll("-", " ") : named(item, 60);
  return `${SIGNS[change]}${amount(value)} ${what}`;
}

/** What a person looks for in a long list. */
const WARNINGS: Readonly<Partial<Record<EventMark, string>>> = {
  "shared-publicly": "made public",
  "shared-with-account": "shared with another account",
  "guardrail-off": "guardrail off",
  "opened-to-world": "open to the world",
  "admin-granted": "administrator rights",
  "credential-created": "new credential",
  destructive: "destroyed",
  "encryption-off": "encryption off",
  "sign-in-without-mfa": "without MFA",
};

const warningsOf = ({ marks }: Event): readonly string[] =>
  marks.flatMap((mark) => (WARNINGS[mark] === undefined ? [] : [`! ${WARNINGS[mark]}`]));
