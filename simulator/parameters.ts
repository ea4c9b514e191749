/**
 * Every number the world is made of, with where it comes from. "judgement" marks what no published figure backs.
 * "five-minute sample" is the public OpenSearch catalog sample (792 records of one account, 2 December 2021).
 */
import type { AccountType } from "./account-type.ts";
import { DAY, HOUR, MINUTE } from "./time.ts";

/** Monday 2026-10-26: judgement; a Monday, so that weeks line up, and clear of Europe's change of clocks. */
export const DEFAULT_START = Date.UTC(2026, 9, 26);

/** Share of the span that stays free of planted stories. Judgement: a detector needs history; two weeks of the usual 21 days. */
export const QUIET_SHARE = 2 / 3;

/** Free time kept around a planted story in its accounts. Judgement. */
export const STORY_MARGIN = 3 * HOUR;

/** How the organization as a whole breathes. */
export const DEMAND = {
  /** Share of a day's work by UTC hour on a working day; office hours of western Europe. Judgement, shaped like NAB's real traffic series. */
  office: [0.2, 0.1, 0.1, 0.1, 0.1, 0.3, 1, 3, 7, 10, 11, 10, 7, 8, 10, 10, 9, 6, 3, 2, 1, 0.7, 0.4, 0.3],
  /** Requests of customers by UTC hour: lowest at night, highest in the evening. Judgement, shaped like NAB's real traffic series. */
  customers: [
    2.6, 2, 1.7, 1.5, 1.5, 1.8, 2.6, 3.6, 4.5, 5, 5.3, 5.4, 5.5, 5.3, 5.2, 5.1, 5.2, 5.5, 6, 6.4, 6.3, 5.6, 4.6, 3.5,
  ],
  /** Services that run round the clock. */
  flat: Array.from({ length: 24 }, () => 1),
  /** Weekend against a working day. Judgement. */
  weekend: { office: 0.06, customers: 0.78, flat: 1 },
  /** Log standard deviation of the day factor that all accounts share, and its day-to-day correlation. Judgement. */
  organizationDay: { sigma: 0.1, persistence: 0.6 },
  /** The same for each account alone. Judgement. */
  accountDay: { sigma: 0.14, persistence: 0.5 },
  /** Growth a week. Judgement: about 50 % a year. */
  weeklyDrift: 0.008,
} as const;

/**
 * Gamma shape of the counts' over-dispersion in an hour (variance = mean + mean^2 / shape). From the generator of our
 * count corpus, which was made to look like CloudTrail: 3 to 30 for busy series, below 1 for rare ones.
 */
export const DISPERSION = { busy: 20, steady: 8, bursty: 2.5, people: 1.5 } as const;

/** Share of the calls that come in clumps of a few within two minutes. Judgement: retries, loops over pages, user clicks. */
export const CLUMP = { share: 0.3, size: 5, spread: 2 * MINUTE } as const;

/** How large each kind of account is. Judgement; the proportions, and the total of 12 accounts at about 11,000 events a day. */
interface AccountScale {
  /** Lambda invocations with data events a day. */
  readonly invocations: number;
  /** S3 data events a day. */
  readonly objects: number;
  /** Reads of secrets and parameters a day. */
  readonly secrets: number;
  /** KMS calls of services and applications a day. */
  readonly keys: number;
  /** Deployments on a working day. */
  readonly deployments: number;
  /** Terraform runs on a working day. */
  readonly terraformRuns: number;
  /** Scaling groups and their usual size. */
  readonly fleets: readonly number[];
  /** Instances of the nightly batch; 0 for none. */
  readonly batch: number;
  /** Buckets that AWS Config looks at in a sweep. Five-minute sample: 44 buckets, 15 calls each. */
  readonly buckets: number;
  /** Container tasks started a day. */
  readonly tasks: number;
  /** Bedrock calls a day. */
  readonly modelCalls: number;
  /** Hours of events in one log file. CloudTrail itself delivers about every five minutes (AWS documentation); bundled here, to keep the number of files small. */
  readonly bundle: number;
}

const NOTHING: AccountScale = {
  invocations: 0,
  objects: 0,
  secrets: 6,
  keys: 40,
  deployments: 0,
  terraformRuns: 0.3,
  fleets: [],
  batch: 0,
  buckets: 6,
  tasks: 0,
  modelCalls: 0,
  bundle: 6 * HOUR,
};

export const SCALE: Readonly<Record<AccountType, AccountScale>> = {
  management: { ...NOTHING, keys: 60, buckets: 5 },
  security: { ...NOTHING, objects: 90, keys: 80, buckets: 7 },
  "shared-services": {
    ...NOTHING,
    invocations: 90,
    objects: 60,
    secrets: 30,
    deployments: 2,
    terraformRuns: 1,
    tasks: 12,
  },
  production: {
    invocations: 800,
    objects: 440,
    secrets: 150,
    keys: 120,
    deployments: 4,
    terraformRuns: 1,
    fleets: [12, 6],
    batch: 7,
    buckets: 12,
    tasks: 40,
    modelCalls: 0,
    bundle: 2 * HOUR,
  },
  staging: {
    invocations: 260,
    objects: 110,
    secrets: 60,
    keys: 60,
    deployments: 5,
    terraformRuns: 1.4,
    fleets: [4],
    batch: 3,
    buckets: 9,
    tasks: 20,
    modelCalls: 0,
    bundle: 4 * HOUR,
  },
  development: {
    invocations: 170,
    objects: 70,
    secrets: 45,
    keys: 60,
    deployments: 6,
    terraformRuns: 1.6,
    fleets: [2],
    batch: 0,
    buckets: 8,
    tasks: 15,
    modelCalls: 14,
    bundle: 4 * HOUR,
  },
  sandbox: {
    ...NOTHING,
    invocations: 40,
    objects: 40,
    terraformRuns: 0.4,
    buckets: 6,
    modelCalls: 60,
    bundle: 6 * HOUR,
  },
};

/** People. Judgement throughout, except where said. */
export const PEOPLE = {
  /** Engineers an account of the organization. */
  perAccount: 2.4,
  /** Probability that a person works on a working day, and on a day of the weekend. */
  present: 0.82,
  presentWeekend: 0.03,
  /** Mean calls of a person in a day, and their dispersion. */
  callsPerDay: 42,
  /** Share of people who prefer the console to the command line. */
  consoleShare: 0.55,
  /** Share of a person's calls that change something. Five-minute sample: 5 of 792; people change more than services do. */
  writeShare: 0.035,
  /** Share of a person's calls that fail for lack of rights. */
  deniedShare: 0.012,
  /** Hours a role session of IAM Identity Center lasts (AWS documentation: 1 by default, up to 12). */
  sessionHours: 8,
} as const;

/** Service noise. */
export const SERVICES = {
  /** Sweeps of AWS Config over the buckets a day. Five-minute sample shows one; judgement on how often. */
  configSweepsPerDay: 1.25,
  /** Calls with `AWSService` AssumeRole by config.amazonaws.com a sweep, per bucket. Five-minute sample: 45 for 44 buckets. */
  assumeRolePerBucket: 1,
  /** Share of Lambda invocations that start cold, with an AssumeRole by lambda.amazonaws.com. Judgement. */
  coldStartShare: 0.06,
  /** Reads of a security tool in each account a day. Judgement. */
  auditReadsPerDay: 45,
  /** Calls of CloudTrail itself on its bucket and key a day. Five-minute sample: 5 in 5 minutes; thinned 20 times. */
  trailCallsPerDay: 18,
  /** Health reads of Auto Scaling a fleet and hour. Five-minute sample: 8 in 5 minutes; thinned 30 times. */
  scalingReadsPerHour: 3,
  /** Share of launches that find no capacity first. Published corpora have most RunInstances failing; in an orderly organization few do. */
  noCapacityShare: 0.05,
  /** Throttled calls a day of one application. Judgement. */
  throttledPerDay: 4,
  /** Share of application calls that are denied, all the time. Judgement. */
  applicationDenied: 0.004,
} as const;

/** Scaling groups. */
export const SCALING = {
  /** How often demand is looked at. Judgement: target tracking reacts within minutes. */
  step: 20 * MINUTE,
  /** Peak against mean size. Judgement. */
  swing: 0.45,
  /** Log standard deviation of demand from step to step, and its persistence. Judgement. */
  noise: 0.06,
  persistence: 0.9,
} as const;

/** Jobs that launch a few instances through a role of their own, several times a day: where the 47 come from. */
export const LAUNCHER = {
  runsPerDay: 5,
  /** Mean of instances a run; the story's "usual 3". */
  instances: 3,
  /** How long they live. */
  lifetime: 50 * MINUTE,
} as const;

/** Machines that engineers start to work on. Judgement. */
export const DEV_BOX = { perDay: 1.2, lifetime: 5 * HOUR } as const;

/** Environments for branches, with a load balancer and a small database. Judgement. */
export const PREVIEW = { perDay: 1.5, lifetime: 4 * HOUR } as const;

/** Applications that lack a right for some minutes: how often a day in an account, and denied calls each time. Judgement. */
export const MISTAKES = { perDay: 0.5, calls: 9 } as const;

/** The restore test that makes volumes from snapshots and deletes them again. Judgement. */
export const RESTORE_TEST = { volumes: 4, gib: 200, lifetime: 70 * MINUTE } as const;

/** The network test that makes a NAT gateway and deletes it again, once on a working day. Judgement. */
export const NETWORK_TEST = { lifetime: 90 * MINUTE } as const;

/** Delivery of log files. */
export const DELIVERY = {
  /** Minutes from the end of a bundle to its file. AWS documentation: on average within about 5 minutes, not guaranteed. */
  delay: { low: 3 * MINUTE, high: 14 * MINUTE },
  /** Share of records that appear a second time in a later file. AWS documentation: duplicates are possible; judgement on how many. */
  duplicateShare: 0.0008,
  /** Bundles that arrive much later. Judgement. */
  lateBundlesPerWeek: 3,
  lateness: { low: 5 * HOUR, high: 30 * HOUR },
  /** The window in which no record of one account is ever delivered. Judgement. */
  outage: { low: 4 * HOUR, high: 9 * HOUR },
  /** Hours of digest files. AWS documentation: one an hour; only the last day of one account here. */
  digest: DAY,
} as const;

/** Accounts that join in the middle of the span do so at this share of it. Judgement. */
export const NEW_ACCOUNT_AT = { low: 0.42, high: 0.55 } as const;

/** Accounts that move do so at this share of the span, those that close at that one. Judgement: stories happen after the move. */
export const MOVE_AT = 0.6;
export const CLOSE_AT = 0.8;
