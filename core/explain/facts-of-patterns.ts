import { HOUR, MINUTE } from "../domain/time.ts";
import { counted, duration, listed, utc } from "../messages/format.ts";
import { markWords } from "../messages/phrases.ts";
import { functionName } from "../messages/quantity.ts";
import { named } from "../messages/visible.ts";
import { signalOf } from "./case.ts";
import { type Clue, clue } from "./clues.ts";
import type { Inquiry } from "./inquiry.ts";
import { findingCondition, shareQuery } from "./sql.ts";
import { facetList, shareOfCalls } from "./statements.ts";

/** The shape of the calls: one action or many, one error, growth, regularity, a function that calls itself. */
export function factsOfPatterns(inquiry: Inquiry): readonly Clue[] {
  return [
    ...marks(inquiry),
    ...errors(inquiry),
    ...variety(inquiry),
    ...selfInvocation(inquiry),
    ...rhythm(inquiry),
    ...spot(inquiry),
  ];
}

const condition = ({ subject }: Inquiry): string =>
  findingCondition(subject.lead, signalOf(subject.lead, subject.signals));

/** What the records show beyond their actions' names. */
function marks(inquiry: Inquiry): readonly Clue[] {
  const { facets, lead } = inquiry.subject;
  const told = facets.marks.flatMap(({ value, count }) => {
    const words = markWords(value);
    return words === undefined ? [] : [`${words} (${counted(count, "call")})`];
  });
  if (told.length === 0) return [];
  return [
    clue([], `In these calls ${listed(told, 4)}`, {
      eventIds: lead.eventIds,
      query: shareQuery("mark_names", condition(inquiry)),
    }),
  ];
}

const CAPACITY =
  /InsufficientInstanceCapacity|VcpuLimitExceeded|InstanceLimitExceeded|MaxSpotInstanceCountExceeded|LimitExceeded|ServiceQuotaExceeded/;
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;
const ONE_CODE = 0.8;

function errors(inquiry: Inquiry): readonly Clue[] {
  const { facets, lead } = inquiry.subject;
  const [top] = facets.errorCodes;
  if (!top) return [];
  const tags = [
    ...(top.count >= facets.events * ONE_CODE && facets.events >= 5 ? (["same-error"] as const) : []),
    ...(facets.errorCodes.some(({ value }) => CAPACITY.test(value)) ? (["capacity-errors"] as const) : []),
    ...(THROTTLED.test(top.value) ? (["throttled"] as const) : []),
  ];
  const statement = `Answers: ${facetList(facets.errorCodes)} in ${counted(facets.events, "call")}`;
  return [clue(tags, statement, { eventIds: lead.eventIds, query: shareQuery("error_code", condition(inquiry)) })];
}

const MANY = 8;

function variety(inquiry: Inquiry): readonly Clue[] {
  const { facets, lead } = inquiry.subject;
  const [top] = facets.actions;
  if (!top || facets.events < 5) return [];
  const query = shareQuery("service, action", condition(inquiry));
  if (facets.actions.length >= MANY) {
    const many = facets.actions.length >= 20 ? "20 or more" : `${facets.actions.length}`;
    return [
      clue(["many-actions"], `${many} different actions: ${facetList(facets.actions, 4)}`, {
        eventIds: lead.eventIds,
        query,
      }),
    ];
  }
  if (top.count < facets.events * 0.9) return [];
  return [
    clue(
      ["one-action"],
      `${shareOfCalls(top.count, facets.events)} ${top.count === 1 ? "was" : "were"} ${named(top.value)}`,
      { eventIds: lead.eventIds, query },
    ),
  ];
}

/** Lambda names the session of a function's role after the function: AWS sets it, the caller cannot. */
function selfInvocation(inquiry: Inquiry): readonly Clue[] {
  const { subject, events } = inquiry;
  if (!subject.topics.has("invocations")) return [];
  const own = events.list.filter(
    ({ service, principal, resources }) =>
      service === "lambda" &&
      principal.session !== null &&
      resources.some((resource) => functionName(resource) === principal.session),
  );
  const [first] = own;
  if (!first || own.length < 3) return [];
  const name = first.principal.session ?? "";
  return [
    clue(
      ["self-invocation"],
      `Function ${named(name)} is invoked by its own role's session: ${counted(own.length, "call")} of those read, the first ${utc(first.time)}`,
      {
        eventIds: own.map(({ id }) => id),
        query: `select resource, session, count(*) as calls from usage_events where ${condition(inquiry)} and service = 'lambda' group by all order by calls desc`,
        mentions: [name, ...first.resources],
      },
    ),
  ];
}

const SLICES = 5;
const LONG = 6 * HOUR;

/** Growth by slices of the window, and slow regular making, from the events themselves. */
function rhythm(inquiry: Inquiry): readonly Clue[] {
  const { subject, events } = inquiry;
  const times = events.list.filter(({ outcome }) => outcome === "success").map(({ time }) => time);
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined || times.length < 4 || !events.complete) return [];
  const length = last - first;
  const eventIds = events.list.map(({ id }) => id);
  const query = `select time_bucket(interval '10 minutes', time) as bucket, count(*) as calls from usage_events where ${condition(inquiry)} group by all order by bucket`;
  const slices = Array.from({ length: SLICES }, () => 0);
  for (const time of times) {
    const at = Math.min(SLICES - 1, Math.floor(((time - first) / Math.max(length, 1)) * SLICES));
    slices[at] = (slices[at] ?? 0) + 1;
  }
  const grows = slices.every((count, at) => at === 0 || count >= 1.5 * (slices[at - 1] ?? 0)) && (slices[0] ?? 0) > 0;
  if (grows && length >= 2 * MINUTE) {
    return [
      clue(
        ["doubling"],
        `The pace kept growing: ${listed(slices.map(String), SLICES)} calls in five equal parts of ${duration(length)}`,
        { eventIds, query },
      ),
    ];
  }
  if (length >= LONG && subject.topics.size > 0 && subject.facets.events >= 4) {
    const gaps = times
      .slice(1)
      .map((time, at) => time - (times[at] ?? time))
      .sort((a, b) => a - b);
    const median = gaps[Math.floor(gaps.length / 2)] ?? 0;
    if (median >= 15 * MINUTE) {
      return [
        clue(
          ["steady-growth"],
          `Slow and steady: ${counted(times.length, "call")} over ${duration(length)}, typically one every ${duration(median)}`,
          { eventIds, query },
        ),
      ];
    }
  }
  return [];
}

function spot({ events }: Inquiry): readonly Clue[] {
  const bought = events.list.filter(({ quantities }) => quantities.some(({ purchase }) => purchase === "spot"));
  if (bought.length === 0) return [];
  return [
    clue(["spot"], `${counted(bought.length, "launch", "launches")} at spot price`, {
      eventIds: bought.map(({ id }) => id),
    }),
  ];
}
