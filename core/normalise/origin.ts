import type { Origin } from "../domain/usage-event.ts";
import { flagField, textField } from "./field.ts";
import type { Json } from "./json.ts";
import { readSource, type SourceAddress } from "./network.ts";
import type { Caller } from "./principal.ts";
import { readUserAgent, type UserAgentReading } from "./user-agent.ts";

const NO_SOURCE: SourceAddress = { sourceIp: null, network: null, isService: false };
const NO_AGENT: UserAgentReading = { tool: "none", hint: null };

/** `invokedBy` of what a person does in the console: it is the person who calls. */
const CONSOLE_HOST = "signin.amazonaws.com";

/**
 * Who acts, by what AWS writes itself first (the invoking service, the kind of credentials, a console session), and by
 * the user agent, which the caller chooses, only where that says nothing.
 */
function actorOf(record: Json, caller: Caller, source: SourceAddress, agent: UserAgentReading): Origin["actor"] {
  const { principal, invokedBy } = caller;
  if (principal.type === "service" || caller.serviceLinked) return "aws-service";
  if (invokedBy !== null && invokedBy !== CONSOLE_HOST) return "aws-service";
  if (caller.machine) return "automation";
  if (flagField(record["sessionCredentialFromConsole"], "sessionCredentialFromConsole") === true) return "person";
  if (caller.person || invokedBy === CONSOLE_HOST) return "person";
  if (record["eventType"] === "AwsConsoleSignIn" || record["eventType"] === "AwsConsoleAction") return "person";
  // After the person: Identity Center logs its users' sign-ins as its own events.
  if (source.isService || record["eventType"] === "AwsServiceEvent") return "aws-service";
  return agent.hint ?? "unknown";
}

/** What an origin is made of, besides the caller. */
interface Seen {
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly vpcEndpointId: string | null;
  readonly eventType: unknown;
  readonly fromConsole: unknown;
  readonly origin: Origin;
}

/** A caller mostly calls again as it did before, and its origin is then the same object. */
const lastSeen = new WeakMap<Caller, Seen>();

export function originOf(record: Json, caller: Caller): Origin {
  const address = textField(record["sourceIPAddress"], "sourceIPAddress");
  const userAgent = textField(record["userAgent"], "userAgent");
  const vpcEndpointId = textField(record["vpcEndpointId"], "vpcEndpointId");
  const eventType = record["eventType"];
  const fromConsole = record["sessionCredentialFromConsole"];
  const last = lastSeen.get(caller);
  if (
    last !== undefined &&
    last.address === address &&
    last.userAgent === userAgent &&
    last.vpcEndpointId === vpcEndpointId &&
    last.eventType === eventType &&
    last.fromConsole === fromConsole
  ) {
    return last.origin;
  }
  const source = address === null ? NO_SOURCE : readSource(address);
  const agent = userAgent === null ? NO_AGENT : readUserAgent(userAgent);
  const origin: Origin = {
    invokedBy: caller.invokedBy,
    sourceIp: source.sourceIp,
    // Behind an endpoint the address is a private one, which many networks have.
    network: source.isService ? source.network : (vpcEndpointId ?? source.network),
    userAgent,
    tool: agent.tool,
    vpcEndpointId,
    actor: actorOf(record, caller, source, agent),
  };
  lastSeen.set(caller, { address, userAgent, vpcEndpointId, eventType, fromConsole, origin });
  return origin;
}
