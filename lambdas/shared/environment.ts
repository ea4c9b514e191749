import * as z from "zod";

/**
 * Parts of the functions' environments. What is required here is what the deployment has to give, so that its template
 * does not compile without it; a value that a deployment may leave out, or leave empty, has a default.
 */

/** Only the two words: `1` or `yes` in a runbook is refused rather than guessed. */
const flag = (description: string) =>
  z
    .enum(["true", "false"])
    .default("true")
    .transform((value) => value === "true")
    .describe(description);

const wholeMinutes = (value: number, least: number, most: number, description: string) =>
  z
    .string()
    .regex(/^\d{1,6}$/, "a whole number of minutes")
    .default(String(value))
    .transform(Number)
    .refine((minutes) => minutes >= least && minutes <= most, `between ${least} and ${most} minutes`)
    .describe(description);

/** Absent or empty: there is none. */
export const optional = (description: string) =>
  z
    .string()
    .default("")
    .transform((value) => (value === "" ? null : value))
    .describe(description);

export const required = (description: string) => z.string().min(1).describe(description);

const NO_CONNECTOR =
  "there is no Amazon Q Business connector in this version; leave it empty: causes and texts come from the core without it";
const notYet = (name: string) =>
  z
    .string()
    .default("")
    .refine((value) => value === "", NO_CONNECTOR)
    .describe(`Refused unless empty: ${name} is for Amazon Q Business, which has no connector yet.`);

/** Of every function. */
export const stageEnvironment = {
  STAGE: z
    .string()
    .min(1)
    .default("default")
    .describe("Stage of the deployment: a dimension of metrics, a field of logs, the namespace in OpenSearch."),
};

/** Of functions that reach the cluster. */
export const openSearchEnvironment = {
  OPENSEARCH_ENDPOINT: z
    .string()
    .regex(/^https?:\/\/[^/]+$/, "https:// and a host name, without a slash at the end")
    .describe("Address of the domain. Requests are signed with the function's own credentials."),
  OPENSEARCH_NAMESPACE: z
    .string()
    .regex(/^([a-z0-9][a-z0-9-]*)?$/, "small letters, digits and dashes")
    .default("")
    .describe("What names of indices begin with; empty for the default stage."),
};

/** Of functions that keep something for others. */
export const bucketEnvironment = {
  DATA_BUCKET: required("Bucket of snapshots, of what failed, and of the record of our own changes."),
};

/** Of functions that name accounts. */
export const directoryEnvironment = {
  ...bucketEnvironment,
  ORGANIZATION_ID: z
    .string()
    .regex(/^(o-[a-z0-9]{10,32})?$/, "an organization's id begins with o-")
    .default("")
    .transform((value) => (value === "" ? null : value))
    .describe("The organization; empty for a single account. A snapshot of another organization is not used."),
  ENABLE_ACCOUNT_ENRICHMENT: flag("Names, owners, cost centers and tags of accounts; `false`: their numbers only."),
  ENABLE_ORG_CONTEXT: flag(
    "Organizational units and types of accounts, and what accounts of one do alike; `false`: an account is compared with itself only.",
  ),
  SYNC_INTERVAL_MINUTES: wholeMinutes(
    15,
    5,
    1440,
    "How often accounts, units and tags are read from AWS Organizations, and how often the others look for what was read.",
  ),
};

/** Names of tables; a function has only those that it works on. */
export const stateEnvironment = {
  STATE_TABLE: required("Table of leases, checkpoints, models' states and what was spent."),
};
export const findingsEnvironment = { FINDINGS_TABLE: required("Table of findings.") };
export const incidentsEnvironment = { INCIDENTS_TABLE: required("Table of incidents with their outbox.") };

/** Of the function that says things. */
export const sayingEnvironment = {
  ALERT_TOPIC_ARN: required("Topic of messages for people and machines."),
  CHAT_TOPIC_ARN: optional("Topic of messages for Amazon Q Developer in chat applications; empty: none is sent there."),
  SLACK_SECRET_ARN: optional("Secret that holds the address of a Slack webhook; empty: nothing is sent there."),
  ENABLE_COST_ANALYSIS: flag("What an incident costs, and what was billed before; `false`: no word of money."),
  ENABLE_ROOT_CAUSE_ANALYSIS: flag("Probable causes with what speaks for them; `false`: the facts only."),
  ANOMALY_EVAL_MINUTES: wholeMinutes(
    80,
    10,
    1440,
    "The look-back before an alert in which usage is counted for its message.",
  ),
  COST_EXPLORER: z
    .enum(["organization", "account", "off"])
    .default("off")
    .describe(
      "Whose bills Cost Explorer shows to this function: all accounts', its own account's, or none is asked for.",
    ),
  ACCOUNT_ID: z
    .string()
    .regex(/^\d{12}$/, "twelve digits")
    .describe("The account that this runs in, whose own bill Cost Explorer shows."),
  COST_EXPLORER_REGION: z
    .string()
    .min(1)
    .default("us-east-1")
    .describe("Where Cost Explorer is asked: one region of each partition."),
  COST_EXPLORER_MONTHLY_USD: z
    .string()
    .regex(/^\d{1,4}(\.\d{1,2})?$/, "dollars, such as 5 or 2.50")
    .default("5")
    .describe("What our own questions to Cost Explorer may cost in a month, at $0.01 each."),
  Q_APPLICATION_ID: notYet("Q_APPLICATION_ID"),
  Q_INDEX_ID: notYet("Q_INDEX_ID"),
};
