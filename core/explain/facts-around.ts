import type { EventFilter } from "../domain/signal.ts";
import { HOUR, MINUTE, type TimeWindow } from "../domain/time.ts";
import type { PricedUsageEvent } from "../domain/usage-event.ts";
import { isAwsService } from "../incidents/actors.ts";
import { facetsOf } from "../incidents/facets.ts";
import { counted, listed, utc } from "../messages/format.ts";
import { typeWord } from "../messages/phrases.ts";
import { principalOf, principalWords } from "../messages/principal.ts";
import { named } from "../messages/visible.ts";
import { filterSql } from "../signals/sql.ts";
import { eventsOf, signalOf } from "./case.ts";
import { type Clue, clue } from "./clues.ts";
import { callerOf } from "./facts-before.ts";
import type { Inquiry } from "./inquiry.ts";
import { among, countQuery, within } from "./sql.ts";
import { facetList, shortName } from "./statements.ts";

/** What else happened near the incident: deployments, changes of scaling and permissions, the caller's next steps, peers. */
export async function factsAround(inquiry: Inquiry): Promise<readonly Clue[]> {
  return (
    await Promise.all([deployments(inquiry), scaling(inquiry), permissions(inquiry), after(inquiry), peers(inquiry)])
  ).flat();
}

const DEPLOYMENTS: EventFilter = {
  outcomes: ["success"],
  actions: [
    "cloudformation:CreateStack",
    "cloudformation:UpdateStack",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:CreateStackInstances",
    "cloudformation:UpdateStackSet",
    "codedeploy:CreateDeployment",
    "codepipeline:StartPipelineExecution",
    "codebuild:StartBuild",
    "elasticbeanstalk:UpdateEnvironment",
    "ecs:UpdateService",
    "lambda:UpdateFunctionCode",
    "lambda:PublishVersion",
    "apprunner:StartDeployment",
    "eks:UpdateNodegroupConfig",
    "eks:CreateNodegroup",
  ],
};

const SCALING: EventFilter = {
  outcomes: ["success"],
  actions: [
    "autoscaling:UpdateAutoScalingGroup",
    "autoscaling:SetDesiredCapacity",
    "autoscaling:CreateAutoScalingGroup",
    "autoscaling:PutScalingPolicy",
    "autoscaling:PutScheduledUpdateGroupAction",
    "autoscaling:StartInstanceRefresh",
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:RegisterScalableTarget",
  ],
};

const PERMISSIONS: EventFilter = {
  outcomes: ["success"],
  actions: [
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:AttachRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutUserPolicy",
    "iam:DeleteUserPolicy",
    "iam:DetachUserPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:DeletePolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "organizations:AttachPolicy",
    "organizations:UpdatePolicy",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "secretsmanager:PutResourcePolicy",
    "sqs:SetQueueAttributes",
  ],
};

const NEAR = HOUR;
const READ = 500;

/** Up to an hour into it: in what goes on for days there is always some deployment. */
const near = ({ subject, span }: Inquiry, length: number): TimeWindow => ({
  start: Math.max(span.start, subject.window.start - length),
  end: Math.min(subject.window.end, subject.window.start + HOUR),
});

const whenNear = ({ subject }: Inquiry): string =>
  subject.window.end - subject.window.start > HOUR
    ? "in the hour before it or in its first hour"
    : "in the hour before or during it";

/** What a call did to what, when, by whom: `UpdateStack web-frontend at 2026-11-03 02:05 UTC by role deploy`. */
function told(event: PricedUsageEvent): string {
  const resource = event.resources[0];
  const on = resource === undefined ? "" : ` ${named(shortName(resource), 60)}`;
  return `${named(event.action)}${on} at ${utc(event.time)} by ${principalWords(event.principal.id)}`;
}

const namesIn = (events: readonly PricedUsageEvent[]): readonly (string | null)[] =>
  events.flatMap(({ resources, principal }) => [
    ...resources.slice(0, 1),
    ...resources.slice(0, 1).map(shortName),
    principal.id,
    principal.name,
  ]);

async function deployments(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store } = inquiry;
  const window = near(inquiry, NEAR);
  const query = { window, accounts: subject.accountIds, filter: DEPLOYMENTS };
  const ids = new Set(inquiry.events.list.map(({ id }) => id));
  const events = (await store.events(query, READ)).filter(({ id }) => !ids.has(id));
  const sql = `select event_id, time, principal, session, service, action, resource from usage_events where ${[among("account", subject.accountIds), within(window), filterSql(DEPLOYMENTS)].join(" and ")} order by time`;
  if (events.length === 0) {
    return [
      clue(["no-deployment"], `No deployment in these accounts ${whenNear(inquiry)}`, {
        query: sql,
        mentions: subject.accountIds,
      }),
    ];
  }
  const same = events.filter((event) => isSameCaller(inquiry, event));
  const others = events.filter((event) => !isSameCaller(inquiry, event));
  const facts: Clue[] = [];
  for (const [tag, list, words] of [
    ["deployment-same-caller", same, "by the same caller"],
    ["deployment-nearby", others, "by others"],
  ] as const) {
    if (list.length === 0) continue;
    const statement = `${counted(list.length, "deployment")} ${words} ${whenNear(inquiry)}: ${listed(concerned(inquiry, list).map(told), 2)}`;
    facts.push(
      clue([tag], statement, {
        eventIds: list.map(({ id }) => id),
        query: sql,
        mentions: [...subject.accountIds, ...namesIn(concerned(inquiry, list).slice(0, 2))],
      }),
    );
  }
  return facts;
}

/** Those that name the caller's role or function first, then the latest before it began: the likeliest to be the reason. */
function concerned({ subject }: Inquiry, events: readonly PricedUsageEvent[]): readonly PricedUsageEvent[] {
  const name = subject.principal === null ? null : principalOf(subject.principal).name;
  const names = (event: PricedUsageEvent): number =>
    name !== null && event.resources.some((resource) => resource.includes(name)) ? 0 : 1;
  const distance = ({ time }: PricedUsageEvent): number =>
    time <= subject.window.start ? subject.window.start - time : HOUR + time - subject.window.start;
  return [...events].sort((a, b) => names(a) - names(b) || distance(a) - distance(b));
}

function isSameCaller({ subject }: Inquiry, { principal }: PricedUsageEvent): boolean {
  if (subject.session !== null && principal.session !== null) {
    return principal.session === subject.session && principal.id === subject.principal;
  }
  return principal.id === subject.principal;
}

async function scaling(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store } = inquiry;
  if (!subject.topics.has("launches") && !subject.topics.has("spend")) return [];
  const window = near(inquiry, NEAR);
  const events = await store.events({ window, accounts: subject.accountIds, filter: SCALING }, READ);
  if (events.length === 0) return [];
  const sql = `select event_id, time, principal, action, resource from usage_events where ${[among("account", subject.accountIds), within(window), filterSql(SCALING)].join(" and ")} order by time`;
  const statement = `${counted(events.length, "change")} to scaling groups nearby: ${listed(events.map(told), 2)}`;
  return [
    clue(["scaling-changed"], statement, {
      eventIds: events.map(({ id }) => id),
      query: sql,
      mentions: [...subject.accountIds, ...namesIn(events.slice(0, 2))],
    }),
  ];
}

async function permissions(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store } = inquiry;
  if (!subject.topics.has("denied")) return [];
  const window = near(inquiry, 6 * HOUR);
  const events = await store.events({ window, accounts: subject.accountIds, filter: PERMISSIONS }, READ);
  const sql = `select event_id, time, principal, action, resource from usage_events where ${[among("account", subject.accountIds), within(window), filterSql(PERMISSIONS)].join(" and ")} order by time`;
  if (events.length === 0) return [];
  const statement = `${counted(events.length, "change")} to permissions in the six hours before: ${listed(events.map(told), 2)}`;
  return [
    clue(["permissions-changed"], statement, {
      eventIds: events.map(({ id }) => id),
      query: sql,
      mentions: [...subject.accountIds, ...namesIn(events.slice(0, 2))],
    }),
  ];
}

const AFTER = 6 * HOUR;

/** For steps that open a way (logging off, new credentials, sharing): what the caller changed next. */
async function after(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store, span } = inquiry;
  const opens = ["guardrails", "identity", "organization", "sharing", "exposure", "execution"] as const;
  if (!opens.some((topic) => subject.leadTopics.includes(topic))) return [];
  if (subject.principal === null || isAwsService(subject.principal)) return [];
  const window: TimeWindow = { start: subject.lead.window.start, end: Math.min(span.end, subject.window.end + AFTER) };
  const caller = callerOf(inquiry);
  const own = new Set(inquiry.events.list.map(({ id }) => id));
  const changes = await store.events({ ...caller.query, window, filter: { readOnly: false } }, READ);
  const others = changes.filter(({ id }) => !own.has(id));
  if (others.length === 0) return [];
  const left = changes.filter(({ id }) => own.has(id)).map(({ id }) => id);
  const statement = `${caller.words} made ${counted(others.length, "other changing call")} from then until ${utc(window.end)}: ${facetList(facetsOf(others).actions, 4)}`;
  return [
    clue(["active-after"], statement, {
      eventIds: others.map(({ id }) => id),
      query: countQuery([
        caller.sql,
        "not read_only",
        within(window),
        ...(left.length === 0 ? [] : [`not (${among("event_id", left)})`]),
      ]),
      mentions: caller.mentions,
    }),
  ];
}

/** Whether accounts of the same type did the same at the same time: then the cause is rather common than local. */
async function peers(inquiry: Inquiry): Promise<readonly Clue[]> {
  const { subject, store, directory } = inquiry;
  const signal = signalOf(subject.lead, subject.signals);
  const [account] = subject.accounts;
  if (!signal || !account || account.type === "unknown") return [];
  const others = directory
    .accounts()
    .filter(({ id, type }) => type === account.type && !subject.accountIds.includes(id));
  if (others.length === 0) return [];
  const ids = others.map(({ id }) => id);
  const window: TimeWindow = { start: subject.window.start - 30 * MINUTE, end: subject.window.end + 30 * MINUTE };
  const asked = eventsOf(subject.lead, signal).filter;
  const there = await store.occurrences({ window, accounts: ids, ...(asked ? { filter: asked } : {}) });
  const query = `select account, count(*) from usage_events where ${[among("account", ids), within(window), filterSql(asked ?? {})].join(" and ")} group by all`;
  const group = `${counted(others.length, `other ${typeWord(account.type)} account`)}`;
  if (there.events === 0) {
    const statement =
      others.length === 1
        ? `The ${group.slice(2)} did nothing of the kind at that time`
        : `None of the ${group} did anything of the kind at that time`;
    return [clue(["peers-quiet"], statement, { query, mentions: ids })];
  }
  return [
    clue(
      there.events >= subject.facets.events ? ["peers-too"] : [],
      `In the ${others.length === 1 ? group.slice(2) : group}: ${counted(there.events, "such call")} at that time`,
      {
        eventIds: there.eventIds,
        query,
        mentions: ids,
      },
    ),
  ];
}
