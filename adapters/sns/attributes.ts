import type { MessageAttributeValue } from "@aws-sdk/client-sns";
import type { Incident } from "#core/domain/incident.ts";
import { aboutOf } from "#core/incidents/lifecycle.ts";

/** Accounts a filter can match, the most affected ones. All of them are in the message; attributes count towards its size. */
const MAX_ACCOUNTS = 500;

/**
 * What a subscription's filter policy may ask for: `{"severity": ["high", "critical"], "account": ["111122223333"]}`.
 * `signal` has what findings are about, in the words of a mute: a signal, a first's dimension, a policy, an insight's type.
 */
export function messageAttributes(incident: Incident): Record<string, MessageAttributeValue> {
  const signals = [...new Set(incident.findings.map(aboutOf))].sort();
  return {
    severity: { DataType: "String", StringValue: incident.severity },
    ...list(
      "account",
      incident.accounts.slice(0, MAX_ACCOUNTS).map(({ id }) => id),
    ),
    ...list("signal", signals),
  };
}

const list = (name: string, values: readonly string[]): Record<string, MessageAttributeValue> =>
  values.length === 0 ? {} : { [name]: { DataType: "String.Array", StringValue: JSON.stringify(values) } };
