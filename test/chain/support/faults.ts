import type { Asked } from "./deployment.ts";
import type { Fate } from "./wire.ts";

/** Trouble on the way, or with what comes. */
export interface Fault {
  readonly name: string;
  /** What the functions meet with. */
  readonly meets: string;
  /** What becomes of it. */
  readonly becomes: string;
}

/** Trouble on a wire. */
export interface WireFault extends Fault {
  /** How often it strikes. */
  readonly times: number;
  /** `null` where it leaves the request alone. */
  readonly strikes: (asked: Asked) => Fate | null;
}

const ofBulk =
  (by: string, fate: Fate) =>
  (asked: Asked): Fate | null =>
    asked.by === by && asked.name.startsWith("OpenSearch _bulk usage-") ? fate : null;

const dynamo = (type: string, message: string): Fate => ({
  kind: "answer",
  status: 400,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }),
});

const xml = (status: number, code: string): Fate => ({
  kind: "answer",
  status,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>for a test</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
});

const unavailable = (status: number, type: string): Fate => ({
  kind: "answer",
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ error: { type, reason: "for a test" }, status }),
});

/** Longer than MultiAccountLogs waits for an answer of the cluster. */
const TOO_LONG_MS = 21_000;

/** Every second document of a bulk request goes no further than here, and is answered with 429. */
function partlyRefused(): Fate {
  let actions: readonly string[] = [];
  return {
    kind: "change",
    asked(body) {
      const lines = body.trimEnd().split("\n");
      const pairs = lines.flatMap((line, at) => (at % 2 === 0 ? [`${line}\n${lines[at + 1]}\n`] : []));
      actions = pairs.map((pair) => Object.keys(JSON.parse(pair.slice(0, pair.indexOf("\n"))))[0] ?? "");
      return pairs.filter((_, at) => at % 2 === 0).join("");
    },
    answered(body) {
      const answer = JSON.parse(body);
      const error = { type: "rejected_execution_exception", reason: "for a test" };
      const items = actions.map((action, at) =>
        at % 2 === 0 ? answer.items[at / 2] : { [action]: { _index: "", _id: "", status: 429, error } },
      );
      return JSON.stringify({ ...answer, errors: true, items });
    },
  };
}

export const WIRE_FAULTS: readonly WireFault[] = [
  {
    name: "bulk requests refused",
    meets: "OpenSearch answers `MultiAccountLogs` with 429, three times in a row",
    becomes: "asked less and less often, by all invocations together, until it takes the batch",
    times: 3,
    strikes: ofBulk("MultiAccountLogs", unavailable(429, "rejected_execution_exception")),
  },
  {
    name: "bulk requests partly refused",
    meets: "every second document of `MultiAccountLogs` gets 429",
    becomes: "the refused ones are sent again",
    times: 2,
    strikes: (asked) => ofBulk("MultiAccountLogs", partlyRefused())(asked),
  },
  {
    name: "no answer in time",
    meets: "a bulk request of `MultiAccountLogs` takes longer than it waits",
    becomes: "sent again; what was written is found to be there",
    times: 1,
    strikes: ofBulk("MultiAccountLogs", { kind: "delay", milliseconds: TOO_LONG_MS }),
  },
  {
    name: "answers lost",
    meets: "a bulk request is worked off and the connection breaks, of `MultiAccountLogs` and `UsageRollup`",
    becomes: "sent again; what was written is found to be there, or is written over with the same",
    times: 4,
    strikes: (asked) =>
      ofBulk("MultiAccountLogs", { kind: "lose-answer" })(asked) ??
      ofBulk("UsageRollup", { kind: "lose-answer" })(asked),
  },
  {
    name: "roll-ups refused",
    meets: "OpenSearch answers `UsageRollup` with 429, twice in a row",
    becomes: "sent again within the run",
    times: 2,
    strikes: ofBulk("UsageRollup", unavailable(429, "rejected_execution_exception")),
  },
  {
    name: "the cluster is away",
    meets: "searches of `UsageRollup` get 503 until it gives up",
    becomes: "the run fails, and the next one, a minute later, does its work",
    times: 4,
    strikes: ({ by, name }) =>
      by === "UsageRollup" && name.startsWith("OpenSearch _search") ? unavailable(503, "unavailable") : null,
  },
  {
    name: "requests lost",
    meets: "connections to DynamoDB break before a write arrives",
    becomes: "tried again by the SDK",
    times: 3,
    strikes: ({ name }) => (name.startsWith("DynamoDB PutItem") ? { kind: "lose" } : null),
  },
  {
    name: "DynamoDB throttles",
    meets: "writes get `ProvisionedThroughputExceededException`",
    becomes: "tried again by the SDK",
    times: 3,
    strikes: ({ name }) =>
      name.startsWith("DynamoDB PutItem") ? dynamo("ProvisionedThroughputExceededException", "for a test") : null,
  },
  {
    name: "another run took over",
    meets: "the condition of a model state of `UsageRollup` fails",
    becomes: "the run ends without a checkpoint, and the next one does it again",
    times: 1,
    strikes: ({ by, name }) =>
      by === "UsageRollup" && name === "DynamoDB PutItem states"
        ? dynamo("ConditionalCheckFailedException", "The conditional request failed")
        : null,
  },
  {
    name: "an incident was changed meanwhile",
    meets:
      "the condition of a write to the incidents fails, of `CrossAccountAnomalyProcessor` and `QBusinessConnector`",
    becomes: "read again, changed again, written again",
    times: 3,
    strikes: ({ name }) =>
      name === "DynamoDB PutItem incidents"
        ? dynamo("ConditionalCheckFailedException", "The conditional request failed")
        : null,
  },
  {
    name: "S3 throttles",
    meets: "requests for snapshots get 503 `SlowDown`",
    becomes: "tried again by the SDK; until then the last snapshot is used on",
    times: 2,
    strikes: ({ name }) => (name === "S3 GET snapshots" ? xml(503, "SlowDown") : null),
  },
  {
    name: "Organizations throttles",
    meets: "`DirectorySnapshot` gets `TooManyRequestsException`",
    becomes: "asked again, more slowly",
    times: 3,
    strikes: ({ by, name }) =>
      by === "DirectorySnapshot" && name.startsWith("AWSOrganizations")
        ? {
            kind: "answer",
            status: 400,
            headers: { "content-type": "application/x-amz-json-1.1" },
            body: JSON.stringify({ __type: "TooManyRequestsException", Message: "for a test" }),
          }
        : null,
  },
  {
    name: "SNS throttles",
    meets: "a message gets `Throttling`",
    becomes: "tried again by the SDK",
    times: 1,
    strikes: ({ name }) => (name === "SNS Publish" ? xml(400, "Throttling") : null),
  },
  {
    name: "SNS refuses",
    meets: "a message gets `AuthorizationError`",
    becomes: "the incident stays in the outbox, and is told by a later sweep",
    times: 1,
    strikes: ({ name }) => (name === "SNS Publish" ? xml(403, "AuthorizationError") : null),
  },
  {
    name: "SNS's answer lost",
    meets: "a message is published and the connection breaks",
    becomes: "published again: the one case in which something is told twice",
    times: 1,
    strikes: ({ name }) => (name === "SNS Publish" ? { kind: "lose-answer" } : null),
  },
];

export const DELIVERY_FAULTS: readonly Fault[] = [
  {
    name: "duplicates",
    meets: "every third payload comes twice, and its records once more in other payloads",
    becomes: "found to be there by their ids",
  },
  {
    name: "out of order",
    meets: "payloads of a step come in another order, some of them a step later",
    becomes: "buckets that had closed are counted again",
  },
  {
    name: "poison records",
    meets: "lines that are no JSON, no record or have no time, and payloads that are no gzip",
    becomes: "kept in quarantine, each by itself; the records beside them are stored",
  },
  {
    name: "no cluster for longer than attempts are made",
    meets: "all requests of `MultiAccountLogs` get 503 in all attempts at a payload",
    becomes: "the payload lies in the bucket of what failed, and `Redrive` gives it again",
  },
];

/** Lets each fault strike as often as it says, from the step on that it is put down for. */
export class Trouble {
  step = 0;
  /** How often each struck. */
  readonly struck = new Map<string, number>();
  readonly #from: ReadonlyMap<WireFault, number>;

  /** @param from the first step of each */
  constructor(from: ReadonlyMap<WireFault, number>) {
    this.#from = from;
  }

  fateOf(asked: Asked): Fate | null {
    for (const [fault, from] of this.#from) {
      const struck = this.struck.get(fault.name) ?? 0;
      if (this.step < from || struck >= fault.times) continue;
      const fate = fault.strikes(asked);
      if (fate === null) continue;
      this.struck.set(fault.name, struck + 1);
      return fate;
    }
    return null;
  }
}
