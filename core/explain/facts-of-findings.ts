import type { AccountContext } from "../domain/account.ts";
import type {
  Anomaly,
  Finding,
  InsightFinding,
  Novelty,
  NoveltyDimension,
  PolicyViolation,
} from "../domain/finding.ts";
import { countOpinionWords } from "../messages/count-opinion.ts";
import { amount, counted, listed, utc, utcWindow } from "../messages/format.ts";
import { peersWords as othersWords } from "../messages/peers.ts";
import { accountName, toolWords } from "../messages/phrases.ts";
import { principalWords } from "../messages/principal.ts";
import { functionName, quantityOf, usdPerHour } from "../messages/quantity.ts";
import { opinionWords } from "../messages/second-opinion.ts";
import { named } from "../messages/visible.ts";
import type { Case } from "./case.ts";
import { signalOf } from "./case.ts";
import { type Clue, clue, type Tag } from "./clues.ts";
import { findingQuery } from "./sql.ts";
import { atMost, facetList, windowLength } from "./statements.ts";
import { tagsOfDanger } from "./tags-of-dangers.ts";
import { isDanger, type Topic, topicsOf } from "./topics.ts";

/** Findings told one by one; more of them are counted in one last sentence. */
const TOLD = 12;
/** A departure from here on is far beyond what is usual. */
const FAR_BEYOND = 10;
/** An account watched for less is young: much is new in it. */
const YOUNG_DAYS = 7;

/** What the detectors and rules found, one fact a finding. */
export function factsOfFindings(subject: Case): readonly Clue[] {
  const chosen = new Set(eachSortFirst(subject.findings).slice(0, TOLD));
  const told = subject.findings.filter((finding) => chosen.has(finding)).map((finding) => factOf(finding, subject));
  const rest = subject.findings.filter((finding) => !chosen.has(finding));
  if (rest.length === 0) return told;
  const ids = rest.flatMap(({ eventIds }) => eventIds);
  return [...told, clue([], `${counted(rest.length, "further finding")} of the same pattern`, { eventIds: ids })];
}

/** The first of each sort, then the others: a new network must not go unsaid for the fifth risky call. */
function eachSortFirst(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  const isFirst = (finding: Finding): boolean => {
    const sort = `${finding.kind} ${sortOf(finding)}`;
    if (seen.has(sort)) return false;
    seen.add(sort);
    return true;
  };
  const firsts = findings.filter(isFirst);
  return [...firsts, ...findings.filter((finding) => !firsts.includes(finding))];
}

function sortOf(finding: Finding): string {
  switch (finding.kind) {
    case "anomaly":
      return finding.signal;
    case "novelty":
      return finding.dimension;
    case "policy":
      return finding.policy;
    case "insight":
      return finding.insightType;
  }
}

function factOf(finding: Finding, subject: Case): Clue {
  const account = subject.accounts.find(({ id }) => id === finding.account);
  const signal = signalOf(finding, subject.signals);
  const where = placeOf(finding, account);
  const tags = [...topicsOf(finding, signal).flatMap((topic) => TAGS_OF_TOPIC[topic] ?? [])];
  const [statement, more, names] = tell(finding, subject, where);
  return clue([...tags, ...more], statement, {
    eventIds: finding.eventIds,
    query: findingQuery(finding, signal),
    mentions: [account?.alias ?? null, finding.account, ...names],
  });
}

function placeOf(finding: Finding, account: AccountContext | undefined): string {
  const name = account ? accountName(account) : named(finding.account);
  return finding.region === "global" || finding.region === "*" ? name : `${name}, ${named(finding.region)}`;
}

type Told = readonly [statement: string, tags: readonly Tag[], names: readonly (string | null)[]];

function tell(finding: Finding, subject: Case, where: string): Told {
  switch (finding.kind) {
    case "anomaly":
      return tellAnomaly(finding, subject, where);
    case "novelty":
      return tellNovelty(finding, where);
    case "policy":
      return tellPolicy(finding, where);
    case "insight":
      return tellInsight(finding, where);
  }
}

function tellAnomaly(anomaly: Anomaly, subject: Case, where: string): Told {
  const signal = signalOf(anomaly, subject.signals);
  const { entity } = anomaly;
  const by = entity.principal === null ? "" : ` by ${principalWords(entity.principal)}`;
  const what = quantityOf(anomaly.actual, signal, anomaly.signal, entity.resource);
  const expected = expectedWords(anomaly, signal?.value.of === "usd-per-hour");
  const opinions = [
    ...(anomaly.countModel ? [countOpinionWords(anomaly.countModel)] : []),
    ...(anomaly.secondOpinion ? opinionWords(anomaly.secondOpinion) : []),
  ].map((words) => `; ${words}`);
  const statement = `${what}${by} in ${windowLength(anomaly.window)} in ${where} (${utcWindow(anomaly.window)}): ${expected}${opinions.join("")}`;
  const tags: Tag[] = [anomaly.direction === "drop" ? "drop" : "rise"];
  if (anomaly.expected === null) tags.push("never-before");
  else if (anomaly.actual >= FAR_BEYOND * Math.max(anomaly.expected, 0.1)) tags.push("far-beyond-usual");
  if (anomaly.historyDays < YOUNG_DAYS) tags.push("young-account");
  return [
    statement,
    tags,
    [entity.principal, entity.resource, functionName(entity.resource ?? ""), ...nameOf(entity.principal)],
  ];
}

/** `3.1 expected, at most 11`: what the model thought of the same minutes. */
function expectedWords({ expected, upper, expectedBy }: Anomaly, money: boolean): string {
  if (expected === null) return "never before seen there";
  const mean = money ? `$${usdPerHour(expected)}` : expected < 1 ? "fewer than one" : amount(expected);
  const most = upper === null ? "" : `, at most ${money ? `$${usdPerHour(upper)}` : atMost(upper)}`;
  const whose = expectedBy ? `, by what ${othersWords(expectedBy)} had: the account has no usual of its own yet` : "";
  return `${mean} expected${most}${whose}`;
}

const nameOf = (principal: string | null): readonly string[] =>
  principal === null ? [] : [principal.slice(principal.lastIndexOf("/") + 1)];

const TAG_OF_DIMENSION: Readonly<Record<NoveltyDimension, Tag>> = {
  region: "new-region",
  service: "new-service",
  "risky-action": "new-risky-action",
  "instance-family": "new-family",
  principal: "new-principal",
  network: "new-network",
  tool: "new-tool",
  "cross-account": "new-cross-account",
};

function tellNovelty(novelty: Novelty, where: string): Told {
  const { dimension, value } = novelty;
  const account = where.split(", ")[0] ?? where;
  const first = `first seen ${utc(novelty.firstTime)}`;
  const known = `in ${counted(Math.floor(novelty.accountAgeDays), "day")} of logs`;
  const { using, of } = novelty.peers;
  const peers = peersWords(using, of);
  const tags: Tag[] = [TAG_OF_DIMENSION[dimension]];
  if (novelty.accountAgeDays < YOUNG_DAYS) tags.push("young-account");
  const names =
    dimension === "principal" || dimension === "cross-account"
      ? [value, ...nameOf(value)]
      : dimension === "tool"
        ? value.split(" · ").slice(0, -1)
        : [];
  return [
    `${noveltyWords(dimension, value)} in ${account}: never before ${known} (${first}${peers})`,
    tags,
    dimension === "network" ? [value] : names,
  ];
}

function peersWords(using: number, of: number): string {
  if (of === 0) return "";
  if (of === 1)
    return using === 0 ? "; the one similar account had not used it either" : "; the one similar account had used it";
  return `; ${using === 0 ? "none" : amount(using)} of ${amount(of)} similar accounts had used it before`;
}

function noveltyWords(dimension: NoveltyDimension, value: string): string {
  switch (dimension) {
    case "region":
      return `Region ${named(value)} is new`;
    case "service":
      return `Service ${named(value)} is new`;
    case "risky-action":
      return `Risky call ${named(value)} is new`;
    case "instance-family":
      return `Instance family ${named(value)} is new`;
    case "principal":
      return `${capital(principalWords(value))} is new`;
    case "network":
      return `Network ${named(value)} is new`;
    case "tool":
      return `Use of ${toolOf(value)} is new`;
    case "cross-account":
      return `A caller from ${named(value)} is new`;
  }
}

/** A tool is new for a caller: `deploy · aws-cli`. */
export function toolOf(value: string): string {
  const [tool, caller] = value.split(" · ").reverse();
  return caller === undefined ? toolWords(value) : `${toolWords(tool ?? value)} by ${named(caller)}`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function tellPolicy(finding: PolicyViolation, where: string): Told {
  const { facets } = finding;
  const actions = facets.actions.length === 0 ? "" : `: ${facetList(facets.actions)}`;
  const on =
    facets.resources.length === 0
      ? ""
      : ` on ${listed(
          facets.resources.map(({ value }) => named(value)),
          2,
        )}`;
  const title = isDanger(finding.policy) ? named(finding.title) : `Against the rule "${named(finding.title)}"`;
  const statement = `${title} (${named(finding.policy)}) in ${where}, ${utc(finding.window.start)}${actions}${on}`;
  return [statement, ["policy", ...tagsOfDanger(finding)], facets.resources.slice(0, 2).map(({ value }) => value)];
}

const INSIGHT_WORDS: Readonly<Record<string, string>> = {
  ApiCallRateInsight: "rate of calls",
  ApiErrorRateInsight: "rate of errors",
};

function tellInsight(finding: InsightFinding, where: string): Told {
  const rates =
    finding.insightPerMinute === null || finding.baselinePerMinute === null
      ? ""
      : `: ${amount(finding.insightPerMinute)} a minute, the baseline is ${amount(finding.baselinePerMinute)}`;
  const call = `${named(finding.service)}:${named(finding.action)}`;
  return [
    `CloudTrail Insights itself saw an unusual ${INSIGHT_WORDS[finding.insightType] ?? named(finding.insightType)} of ${call} in ${where}${rates}`,
    ["insight"],
    [],
  ];
}

const TAGS_OF_TOPIC: Readonly<Partial<Record<Topic, readonly Tag[]>>> = {
  launches: ["launches", "costly-things-made"],
  accelerated: ["launches", "accelerated", "costly-things-made"],
  volumes: ["costly-things-made"],
  "nat-gateways": ["costly-things-made"],
  databases: ["costly-things-made"],
  "machine-learning": ["costly-things-made"],
  clusters: ["costly-things-made"],
  containers: ["costly-things-made"],
  secrets: ["secrets"],
  models: ["models"],
  denied: ["denied"],
  "failed-launches": ["denied"],
  identity: ["identity-changed"],
  guardrails: ["guardrail-off"],
  sharing: ["data-shared"],
  "objects-read": ["data-read"],
  "objects-deleted": ["data-deleted"],
  destruction: ["data-deleted"],
};
