import { isAwsHost } from "../incidents/actors.ts";
import { shareOf } from "../incidents/facets.ts";
import { SAME_CALLS } from "../incidents/links.ts";
import { counted, listed } from "../messages/format.ts";
import { accountName, toolWords, typeWord } from "../messages/phrases.ts";
import { isLongTermKey, principalList, principalOf, principalWords } from "../messages/principal.ts";
import { named } from "../messages/visible.ts";
import type { Case } from "./case.ts";
import { signalOf } from "./case.ts";
import { type Clue, clue, type Tag } from "./clues.ts";
import { allOf, findingCondition, shareQuery } from "./sql.ts";
import { aliases, shareOfCalls } from "./statements.ts";

/** Who made the calls of the lead, with what, from where, and on whose behalf. */
export function factsOfCallers(subject: Case): readonly Clue[] {
  return [...who(subject), ...behalf(subject), ...whereFrom(subject), ...accounts(subject)];
}

const condition = (subject: Case): string =>
  allOf([findingCondition(subject.lead, signalOf(subject.lead, subject.signals))]);

function who(subject: Case): readonly Clue[] {
  const { facets } = subject;
  const [top] = facets.principals;
  if (!top) return [];
  const { name, account } = principalOf(top.value);
  const tags: Tag[] = [];
  if (principalOf(top.value).kind === "root") tags.push("by-root");
  if (shareOf(facets, "actors", "person") >= MOST) tags.push("by-person");
  if (shareOf(facets, "actors", "automation") >= MOST) tags.push("by-automation");
  if (facets.principals.length >= MANY_CALLERS) tags.push("many-principals");
  if (LOAD_TEST.test(`${name} ${subject.session ?? ""}`)) tags.push("named-load-test");
  const session = subject.session === null ? "" : `, session ${named(subject.session)}`;
  // a role of the same name in another account is told with it
  const words = principalWords(top.value);
  const same = facets.principals.filter(({ value }) => principalWords(value) === words);
  const others = facets.principals.filter((principal) => !same.includes(principal));
  const count = same.reduce((sum, principal) => sum + principal.count, 0);
  const also =
    others.length === 0
      ? ""
      : `; also ${principalList(
          others.map(({ value }) => value),
          3,
        )}`;
  const facts = [
    clue(
      tags,
      `${shareOfCalls(count, facets.events)} by ${principalList(
        same.map(({ value }) => value),
        1,
      )}${session}${also}`,
      {
        eventIds: subject.lead.eventIds,
        query: shareQuery("principal", condition(subject)),
        mentions: [
          top.value,
          name,
          account,
          subject.session,
          ...[...same, ...others].flatMap(({ value }) => [value, principalOf(value).name]),
        ],
      },
    ),
  ];
  const [key] = facets.accessKeys;
  if (key && isLongTermKey(key.value)) {
    const statement = `${shareOfCalls(key.count, facets.events)} with the long-term access key ${named(key.value)}`;
    facts.push(
      clue(["long-term-key"], statement, {
        eventIds: subject.lead.eventIds,
        query: shareQuery("access_key_id", condition(subject)),
        mentions: [key.value],
      }),
    );
  }
  return facts;
}

/** A part of the calls that stands for all of them. */
const MOST = 0.6;
const MANY_CALLERS = 5;
/** A name is the caller's own choice: a hint for a cause, never a reason to trust. */
const LOAD_TEST = /load[-_ ]?test|perf[-_ ]?test|stress|benchmark|gatling|locust|jmeter/i;

const ON_BEHALF: readonly { readonly tag: Tag; readonly service: RegExp; readonly words: string }[] = [
  {
    tag: "by-autoscaling",
    service: /^(?:[a-z-]+\.)?(?:application-)?autoscaling|karpenter|^eks-?nodegroup/,
    words: "Auto Scaling",
  },
  { tag: "by-cloudformation", service: /^cloudformation\./, words: "CloudFormation" },
  {
    tag: "by-scheduler",
    service: /^(?:events|scheduler|batch|states|glue|elasticmapreduce|datapipeline)\./,
    words: "a scheduler or batch service",
  },
];

function behalf(subject: Case): readonly Clue[] {
  const { facets } = subject;
  const query = shareQuery("invoked_by", condition(subject));
  const found: Clue[] = [];
  for (const { value, count } of facets.invokedBy.filter((facet) => facet.count >= facets.events * 0.1)) {
    const known = ON_BEHALF.find(({ service }) => service.test(value));
    const words = known ? `${known.words} (${named(value)})` : named(value);
    found.push(
      clue(
        count >= facets.events * MOST ? [known?.tag ?? "by-aws-service"] : [],
        `${shareOfCalls(count, facets.events)} made by AWS itself on behalf of ${words}`,
        {
          eventIds: subject.lead.eventIds,
          query,
          mentions: [],
        },
      ),
    );
  }
  if (found.length > 0 || facets.events === 0) return found;
  if (subject.principal !== null && isAwsHost(subject.principal)) return [];
  return [
    clue(["called-directly"], "The calls were made directly, not by an AWS service on somebody's behalf", { query }),
  ];
}

function whereFrom(subject: Case): readonly Clue[] {
  const { facets } = subject;
  const facts: Clue[] = [];
  const [network] = facets.networks;
  const [address] = facets.sourceIps;
  if (network) {
    const from =
      address && facets.sourceIps.length === 1 ? `${named(address.value)}` : `network ${named(network.value)}`;
    const others = facets.networks.length > 1 ? ` and ${counted(facets.networks.length - 1, "other network")}` : "";
    facts.push(
      clue([], `${shareOfCalls(network.count, facets.events)} from ${from}${others}`, {
        eventIds: subject.lead.eventIds,
        query: shareQuery("source_ip", condition(subject)),
        mentions: [network.value, address?.value ?? null],
      }),
    );
  }
  const [tool] = facets.tools;
  if (tool) {
    const agents = facets.userAgents[0] ? `: ${named(facets.userAgents[0].value, 80)}` : "";
    facts.push(
      clue([], `${shareOfCalls(tool.count, facets.events)} with ${toolWords(tool.value)}${agents}`, {
        eventIds: subject.lead.eventIds,
        query: shareQuery("user_agent", condition(subject)),
        mentions: [],
      }),
    );
  }
  return facts;
}

const PRODUCTION_LIKE = new Set(["production", "management", "security", "shared-services", "unknown"]);

function accounts(subject: Case): readonly Clue[] {
  const { draft } = subject;
  const facts: Clue[] = [];
  if (draft.accounts.length > 1) {
    const together = draft.joinedBy.filter((reason) => reason !== SAME_CALLS).map((reason) => named(reason));
    const joined = together.length === 0 ? "" : `, joined by the ${listed(together, 2)}`;
    const names = listed(draft.accounts.map(accountName), 6);
    facts.push(
      clue(["several-accounts"], `${counted(draft.accounts.length, "account")} in one pattern: ${names}${joined}`, {
        eventIds: draft.eventIds,
        mentions: [
          ...subject.accountIds,
          ...aliases(draft.accounts),
          ...draft.joinedBy.flatMap(quotedIn),
          ...draft.principals.map(({ value }) => value),
        ],
      }),
    );
  }
  const [account] = draft.accounts;
  if (account && draft.accounts.every(({ type }) => !PRODUCTION_LIKE.has(type))) {
    facts.push(
      clue(
        ["non-production"],
        `Not production: ${listed(
          draft.accounts.map((one) => `${accountName(one)} (${typeWord(one.type)})`),
          6,
        )}`,
        {
          eventIds: draft.eventIds.slice(0, 1),
          mentions: [account.alias],
        },
      ),
    );
  }
  return facts;
}

/** Names inside a grouping reason, so that redaction finds them there too. */
const quotedIn = (reason: string): readonly string[] =>
  reason.match(/\S{6,}/g)?.filter((word) => /[:/\d]/.test(word)) ?? [];
