import type { EventFilter } from "../domain/signal.ts";
import { DAY, HOUR, type TimeWindow } from "../domain/time.ts";
import { isAwsService, isIdentityCenterRole } from "../incidents/actors.ts";
import { counted, utc } from "../messages/format.ts";
import { principalWords } from "../messages/principal.ts";
import { named } from "../messages/visible.ts";
import type { EventQuery } from "../ports/event-store.ts";
import { filterSql } from "../signals/sql.ts";
import { eventsOf, signalOf } from "./case.ts";
import { type Clue, clue } from "./clues.ts";
import type { Inquiry } from "./inquiry.ts";
import { among, countQuery, equals, within } from "./sql.ts";
import { facetList } from "./statements.ts";

/** What the caller did before: refused attempts, the same thing earlier, this network, these permissions. */
export async function factsBefore(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject } = inquiry;
  if (subject.principal === null || isAwsService(subject.principal)) return [];
  return (
    await Promise.all([
      deniedBefore(inquiry),
      sameBefore(inquiry),
      callerKnown(inquiry),
      networkKnown(inquiry),
      worked(inquiry),
    ])
  ).flat();
}

const ATTEMPTS = 24 * HOUR;
/** One or two refusals a day are a slip; attempts are more. */
const SEVERAL = 3;
const DENIED: EventFilter = { outcomes: ["denied"] };

interface Caller {
  readonly words: string;
  readonly query: EventQuery;
  readonly sql: string;
  readonly mentions: readonly string[];
}

/** The narrowest name that stands for the caller: a long-term key, a person behind a role that many share, else the principal. */
export function callerOf({ subject }: Inquiry): Caller {
  if (subject.accessKey?.startsWith("AKIA")) {
    const key = subject.accessKey;
    return {
      words: `access key ${named(key)}`,
      query: { accessKeys: [key] },
      sql: equals("access_key_id", key),
      mentions: [key],
    };
  }
  const principal = subject.principal ?? "";
  const name = principal.slice(principal.lastIndexOf("/") + 1);
  if (isIdentityCenterRole(principal) && subject.session !== null) {
    const { session } = subject;
    return {
      words: `${named(session)} (${principalWords(principal)})`,
      query: { principals: [principal], sessions: [session] },
      sql: `${equals("principal", principal)} and ${equals("session", session)}`,
      mentions: [principal, name, session],
    };
  }
  return {
    words: principalWords(principal),
    query: { principals: [principal] },
    sql: equals("principal", principal),
    mentions: [principal, name],
  };
}

const before = (inquiry: Inquiry, length: number): TimeWindow => ({
  start: Math.max(inquiry.span.start, inquiry.subject.window.start - length),
  end: inquiry.subject.window.start,
});

/** A denied storm is itself made of refusals: those before it say little more. */
async function deniedBefore(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store } = inquiry;
  const window = before(inquiry, ATTEMPTS);
  if (subject.topics.has("denied") && subject.leadTopics[0] === "denied") return [];
  if (window.end <= window.start) return [];
  const caller = callerOf(inquiry);
  const answer = await store.facets({ ...caller.query, window, filter: DENIED });
  const query = countQuery([caller.sql, `outcome = 'denied'`, within(window)]);
  const count = answer.facets.events;
  if (count === 0) {
    return [
      clue(["no-denied-before"], `No refused call by ${caller.words} in the day before`, {
        query,
        mentions: caller.mentions,
      }),
    ];
  }
  const statement = `${counted(count, "refused call")} by ${caller.words} in the day before, the first ${utc(answer.first ?? window.start)}: ${facetList(answer.facets.actions)}`;
  return [
    clue(count >= SEVERAL ? ["denied-before"] : [], statement, {
      eventIds: answer.eventIds,
      query,
      mentions: caller.mentions,
    }),
  ];
}

async function sameBefore(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store } = inquiry;
  const signal = signalOf(subject.lead, subject.signals);
  if (!signal || subject.leadTopics[0] === "denied") return [];
  const window: TimeWindow = { start: inquiry.span.start, end: subject.window.start };
  if (window.end <= window.start) return [];
  const caller = callerOf(inquiry);
  const asked = eventsOf(subject.lead, signal);
  const answer = await store.occurrences({
    ...caller.query,
    accounts: subject.accountIds,
    ...(asked.filter ? { filter: asked.filter } : {}),
    window,
  });
  const query = countQuery([
    caller.sql,
    among("account", subject.accountIds),
    within(window),
    filterSql(asked.filter ?? {}),
  ]);
  const { words } = caller;
  const mentions = [...caller.mentions, ...subject.accountIds];
  if (answer.events === 0) {
    return [
      clue(
        ["never-did-it"],
        `${words} had never made such calls here before, since the logs begin (${utc(window.start)})`,
        { query, mentions },
      ),
    ];
  }
  const last = answer.last === null ? "" : `, the last ${utc(answer.last)}`;
  return [
    clue(["did-it-before"], `${words} made ${counted(answer.events, "such call")} before${last}`, {
      eventIds: answer.eventIds,
      query,
      mentions,
    }),
  ];
}

const KNOWN_FROM = 20;

async function callerKnown(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store, span } = inquiry;
  const window: TimeWindow = { start: span.start, end: subject.window.start };
  const isNew = subject.findings.some((finding) => finding.kind === "novelty" && finding.dimension === "principal");
  if (isNew || window.end <= window.start) return [];
  const caller = callerOf(inquiry);
  const answer = await store.occurrences({ ...caller.query, window });
  if (answer.events < KNOWN_FROM) return [];
  const elsewhere = subject.findings.some((finding) => finding.kind === "novelty" && finding.dimension === "network");
  return [
    clue(
      elsewhere ? ["known-principal", "known-caller-elsewhere"] : ["known-principal"],
      `${caller.words} is known: ${counted(answer.events, "call")} since ${utc(answer.first ?? window.start)}${elsewhere ? "; the network it came from now is new" : ""}`,
      {
        eventIds: answer.eventIds,
        query: countQuery([caller.sql, within(window)]),
        mentions: caller.mentions,
      },
    ),
  ];
}

/** Calls in the week before the incident's own day: what an intruder did in the first hours does not make a network known. */
async function networkKnown(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store, span } = inquiry;
  const { network } = subject;
  const isNew = subject.findings.some((finding) => finding.kind === "novelty" && finding.dimension === "network");
  const window: TimeWindow = {
    start: Math.max(span.start, subject.draft.window.start - 8 * DAY),
    end: subject.draft.window.start - DAY,
  };
  if (network === null || isNew || /amazonaws/.test(network) || window.end <= window.start) return [];
  const answer = await store.occurrences({ window, accounts: subject.accountIds, networks: [network] });
  if (answer.events < KNOWN_FROM) return [];
  return [
    clue(
      ["known-network"],
      `Network ${named(network)} is known here: ${counted(answer.events, "call")} in the week before`,
      {
        eventIds: answer.eventIds,
        query: countQuery([equals("network", network), among("account", subject.accountIds), within(window)]),
        mentions: [network, ...subject.accountIds],
      },
    ),
  ];
}

/** For refused calls: whether the same calls by the same caller used to work. */
async function worked(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store } = inquiry;
  if (subject.leadTopics[0] !== "denied") return [];
  const window = before(inquiry, 7 * DAY);
  if (window.end <= window.start) return [];
  const actions = subject.facets.actions.map(({ value }) => value);
  const principal = subject.principal ?? "";
  const filter: EventFilter = { actions, outcomes: ["success"] };
  const answer = await store.occurrences({
    window,
    principals: [principal],
    accounts: subject.accountIds,
    filter,
  });
  const query = countQuery([
    equals("principal", principal),
    among("account", subject.accountIds),
    filterSql(filter),
    within(window),
  ]);
  const words = principalWords(principal);
  const mentions = [principal, principal.slice(principal.lastIndexOf("/") + 1), ...subject.accountIds];
  const count = answer.events;
  if (count === 0) {
    return [
      clue(["never-worked"], `None of these calls by ${words} had worked in the week before`, { query, mentions }),
    ];
  }
  const statement = `The same calls by ${words} worked before: ${counted(count, "success", "successes")} in the week before, the last ${utc(answer.last ?? window.end)}`;
  return [clue(["worked-before"], statement, { eventIds: answer.eventIds, query, mentions })];
}
