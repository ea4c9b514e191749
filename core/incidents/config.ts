import * as z from "zod";
import { LABEL_VERDICTS } from "../domain/incident.ts";

const hours = (value: number, description: string) =>
  z
    .number()
    .positive()
    .max(24 * 30)
    .default(value)
    .describe(description);
const usdPerHour = (value: number, description: string) => z.number().positive().default(value).describe(description);

const isoTime = z.iso.datetime({ offset: true });

const muteScopeSchema = z
  .strictObject({
    accounts: z.array(z.string()).optional().describe("Account ids."),
    accountTypes: z.array(z.string()).optional().describe("Account types (production, sandbox ...)."),
    ouPaths: z.array(z.string()).optional().describe("Organizational unit paths; what lies below is meant too."),
    regions: z.array(z.string()).optional().describe("Regions, or `global`."),
    signals: z
      .array(z.string())
      .optional()
      .describe("Signals, novelty dimensions, policies or danger rules, by id; `*` for any characters."),
    principals: z.array(z.string()).optional().describe("Principals by id (ARN) or name; `*` for any characters."),
    actions: z.array(z.string()).optional().describe("`service:Action`; `*` for any characters."),
    networks: z.array(z.string()).optional().describe("Networks as incidents show them (`203.0.113.0/24`)."),
  })
  .refine((scope) => Object.values(scope).some((values) => values !== undefined && values.length > 0), {
    message: "a mute needs a scope: at least one of its lists, with at least one value",
  });

const muteSchema = z.strictObject({
  scope: muteScopeSchema.describe(
    "What is muted. Every given list must match; a list matches when one of its values does.",
  ),
  reason: z.string().min(3).describe("Why, for whoever meets the muted incident."),
  until: isoTime.nullable().default(null).describe("When the mute ends (ISO 8601); null for never."),
});

const responseSchema = z.strictObject({
  incident: z.string().min(4).describe("The incident's id, or the beginning of it."),
  kind: z
    .enum(["acknowledged", "snooze"])
    .describe("acknowledged: somebody has it; snooze: be quiet until the given time."),
  reason: z.string().min(3).describe("Who and why."),
  until: isoTime
    .nullable()
    .default(null)
    .describe("End of the snooze or of the acknowledgement (ISO 8601); null for until it is removed."),
});

const labelSchema = z.strictObject({
  incident: z
    .string()
    .regex(/^\d{8}-\w+(-\d+)?$/, "an incident's whole id: 20261103-1k2j3h4g")
    .describe("The labelled incident's id."),
  verdict: z
    .enum(LABEL_VERDICTS)
    .describe("true: it was worth the page; expected: real, and ours; noise: there was nothing to it."),
  note: z.string().min(3).describe("Why, for whoever meets the pattern again."),
  at: isoTime.describe("When it was said (ISO 8601); the last word counts."),
  pattern: z
    .strictObject({
      about: z
        .array(z.string())
        .min(1)
        .readonly()
        .describe("Signals, novelty dimensions, policies or danger rules, by id."),
      accounts: z.array(z.string()).readonly().describe("Account ids."),
      principals: z.array(z.string()).readonly().describe("Principals by id (ARN)."),
      events: z.number().int().min(0).describe("How many events it had; the label speaks for up to twice as many."),
    })
    .describe("What else it speaks for. `trailwatch label` writes it."),
});

/** Grouping, severity, expectedness and paging. docs/incidents.md says what each number does. */
export const incidentsConfigSchema = z.strictObject({
  joinGapHours: hours(
    2,
    "Findings that share a principal, a session or a rare resource are one incident when no more than this lies between them.",
  ),
  credentialGapHours: hours(24, "The same for an access key or a network never seen before."),
  ongoingGapHours: hours(24, "The same signal of the same entity goes on being one incident across pauses up to this."),
  rareUsers: z
    .number()
    .int()
    .min(1)
    .max(50)
    .default(3)
    .describe(
      "A network, session or resource joins findings at full weight up to so many principals that use it; above, its weight falls as 1/n.",
    ),
  patternAccounts: z
    .number()
    .int()
    .min(2)
    .default(3)
    .describe("The same signal departing within one hour in at least so many accounts of one type is one incident."),
  learningDays: z
    .number()
    .min(0)
    .max(60)
    .default(3)
    .describe("Days at the beginning of the data in which a network counts as known, not as new."),
  quietHours: hours(24, "An incident is closed when nothing was added to it for this long before the end of the data."),
  minimumSeverity: z
    .enum(["info", "low", "medium", "high", "critical"])
    .default("low")
    .describe("Groups of findings below this severity do not become incidents."),
  money: z
    .strictObject({
      medium: usdPerHour(
        5,
        "USD/hour added from which an incident is at least medium (5 USD/hour is about 3,600 USD a month).",
      ),
      high: usdPerHour(25, "USD/hour added from which an incident is at least high (about 18,000 USD a month)."),
      critical: usdPerHour(100, "USD/hour added from which an incident is critical (about 73,000 USD a month)."),
    })
    .prefault({})
    .describe("Cost added by an incident's events, low end of the estimate, from which its severity rises."),
  knownPipelines: z
    .array(z.string().min(2))
    .default([
      "cdk-*-cfn-exec-role-*",
      "cdk-*-deploy-role-*",
      "AWSCloudFormationStackSetExecutionRole",
      "stacksets-exec-*",
      "AWSControlTowerExecution",
      "*pipeline*",
      "*deploy*",
      "*terraform*",
      "*github*",
      "*gitlab*",
      "*codebuild*",
      "*jenkins*",
    ])
    .describe(
      "Names of roles that deploy (`*` for any characters). A known name alone excuses nothing: see usualDays.",
    ),
  usualDays: z
    .number()
    .int()
    .min(1)
    .max(30)
    .default(3)
    .describe(
      "Earlier days on which a role must have made such changes from the same network to be called usual there.",
    ),
  historyDays: z
    .number()
    .int()
    .min(1)
    .max(90)
    .default(30)
    .describe("How far back an incident's own history is looked at."),
  usualMultiple: z
    .number()
    .min(1)
    .default(3)
    .describe(
      "A pipeline's or scaling group's change is expected up to this many times its largest hour, and its largest ten minutes, before.",
    ),
  routineMultiple: z
    .number()
    .min(1)
    .default(2)
    .describe("The same for a role that is no known pipeline but makes such changes on other days too."),
  deploymentMultiple: z
    .number()
    .min(1)
    .default(10)
    .describe(
      "The same for a change that CloudFormation made for a role known to deploy: growing a fleet on purpose is allowed to be larger.",
    ),
  accountSetupDays: z
    .number()
    .min(0)
    .max(60)
    .default(7)
    .describe(
      "Days after an account's first event in which its set-up by the organization's own administrators is expected.",
    ),
  mutes: z
    .array(muteSchema)
    .default([])
    .describe("What not to page for. Muted incidents are kept, counted and shown as muted."),
  responses: z.array(responseSchema).default([]).describe("Incidents acknowledged or snoozed."),
  labels: z.array(labelSchema).default([]).describe("What people said of incidents afterwards."),
});

export type IncidentsConfig = z.output<typeof incidentsConfigSchema>;
export type Mute = z.output<typeof muteSchema>;
export type IncidentResponse = z.output<typeof responseSchema>;
