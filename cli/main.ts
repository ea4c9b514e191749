import "./allocator.ts";
import { Command, CommanderError, Option } from "commander";
import { EXIT } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { VERSION } from "./version.ts";

const WORKSPACE = new Option("-o, --out <dir>", "folder of the store, the report and the quarantine").default(
  "trailwatch-out",
);
const CONFIG = new Option("-c, --config <file>", "configuration (YAML or JSON)");
const ORGANIZATION = new Option(
  "--organization <file>",
  "accounts, as `aws organizations` or `trailwatch organization fetch` answers",
);
const FORMAT = () =>
  new Option("-f, --format <format>", "what stdout carries")
    .choices(["text", "json", "ndjson", "markdown"])
    .default("text");
const REDACT = new Option(
  "--redact",
  "replace accounts, principals, addresses and names consistently, to forward outside",
);
const NO_SECOND_OPINION = new Option(
  "--no-second-opinion",
  "ask no random cut forest about what the count model finds (quicker)",
);
const PROFILE = new Option("--profile <name>", "AWS profile for s3:// paths");
const ROLE = new Option("--role-arn <arn>", "role to assume for s3:// paths");
const ENDPOINT = new Option("--endpoint-url <url>", "S3 endpoint other than AWS's own");

const collect = (value: string, all: string[] = []): string[] => [...all, ...value.split(",").filter(Boolean)];

const collectWhole = (value: string, all: string[] = []): string[] => [...all, value];

const program = new Command("trailwatch")
  .description(
    "Says in plain language when an AWS account starts to do or spend what it never did, from CloudTrail files alone.",
  )
  .version(VERSION)
  .showSuggestionAfterError()
  .showHelpAfterError("(run with --help for the options)")
  .exitOverride();

program
  .command("analyze")
  .description("read CloudTrail files, find incidents, write the store and the report")
  .argument("<path...>", "file, folder, s3://bucket/prefix, or - for stdin")
  .addOption(WORKSPACE)
  .addOption(CONFIG)
  .addOption(ORGANIZATION)
  .addOption(FORMAT())
  .option("--from <time>", "leave out events before this time (2026-11-01 or 2026-11-01T06:00:00Z)")
  .option("--to <time>", "leave out events at or after this time")
  .option("--account <ids>", "only these accounts (comma separated, repeatable)", collect)
  .option("--region <regions>", "only these regions (comma separated, repeatable)", collect)
  .option("--event-name <names>", "only these event names (comma separated, repeatable)", collect)
  .addOption(PROFILE)
  .addOption(ROLE)
  .addOption(ENDPOINT)
  .option("--workers <n>", "reading threads (default: one less than the processors, at least one)")
  .option("--report <file>", "where the HTML report goes (default: <out>/report.html)")
  .option("--no-report", "write no HTML report")
  .option("--fresh", "forget what the store already holds")
  .addOption(NO_SECOND_OPINION)
  .addOption(
    new Option("--fail-on <severity>", "exit with 1 when an incident of this severity or more would page").choices([
      "low",
      "medium",
      "high",
      "critical",
    ]),
  )
  .addOption(
    new Option(
      "--as-delivered [times]",
      "also replay the events as they were delivered, and list what a deployment would have found otherwise",
    )
      .choices(["files", "modelled"])
      .preset("files"),
  )
  .addOption(REDACT)
  .option("-q, --quiet", "no progress, no hints")
  .action(async (paths, options) => (await import("./commands/analyze.ts")).analyze(paths, options));

program
  .command("try")
  .description("simulate an organization, analyse it and show what is found: no AWS account needed")
  .addOption(WORKSPACE)
  .option("--accounts <n>", "accounts to simulate", "12")
  .option("--days <n>", "days to simulate", "21")
  .option("--seed <n>", "the world's seed", "7")
  .addOption(NO_SECOND_OPINION)
  .option("-q, --quiet", "no progress, no hints")
  .action(async (options) => (await import("./commands/try.ts")).tryIt(options));

program
  .command("simulate")
  .description("write the CloudTrail files of a plausible organization, with incidents planted and named in truth.json")
  .requiredOption("--out <dir>", "folder to write")
  .option("--accounts <n>", "accounts", "12")
  .option("--days <n>", "days", "21")
  .option("--seed <n>", "seed; the same seed gives the same bytes", "7")
  .option(
    "--reorganize",
    "move an account to another unit and close one, with incidents in the moved and in the new one",
  )
  .option("-q, --quiet", "no summary")
  .action(async (options) => (await import("./commands/simulate.ts")).simulateWorld(options));

program
  .command("detect")
  .description("score every point of a series of numbers: counts, or any other measurement")
  .argument("<file>", "CSV with the columns timestamp,value (or .csv.gz), or - for stdin")
  .option("--interval <time>", "from point to point: 300s, 5m, 1h (default: measured)")
  .option("--count", "values are counts of events (default: they are while they look like it)")
  .option("--entity <columns>", "columns that tell series apart (default: all others)", collect)
  .option("--forest", "ask a random cut forest too (20 times slower)")
  .option("-q, --quiet", "no summary")
  .action(async (file, options) => (await import("./commands/detect.ts")).detect(file, options));

program
  .command("incidents")
  .description("list the incidents in the store")
  .addOption(WORKSPACE)
  .addOption(FORMAT())
  .addOption(REDACT)
  .addOption(
    new Option("--severity <severity>", "this severity or more").choices(["info", "low", "medium", "high", "critical"]),
  )
  .option("--account <ids>", "only incidents in these accounts", collect)
  .option("--cost-center <names>", "only incidents in accounts of these cost centers", collect)
  .option("--owner <names>", "only incidents in accounts of these owners", collect)
  .option("--ou <path>", "only incidents in accounts under this organizational unit")
  .option("--type <types>", "only incidents in accounts of these types", collect)
  .action(async (options) => (await import("./commands/incidents.ts")).listIncidents(options));

program
  .command("show")
  .description("show one incident in full")
  .argument("<incident>", "its id, or the beginning of it")
  .addOption(WORKSPACE)
  .addOption(FORMAT())
  .addOption(REDACT)
  .addOption(
    new Option("--notification <form>", "as the notification that would be sent").choices([
      "text",
      "email",
      "slack",
      "markdown",
    ]),
  )
  .action(async (id, options) => (await import("./commands/incidents.ts")).showIncident(id, options));

program
  .command("timeline")
  .description("the events behind an incident, in time order")
  .argument("<incident>", "its id, or the beginning of it")
  .addOption(WORKSPACE)
  .option("--raw", "print the CloudTrail records themselves")
  .addOption(PROFILE)
  .addOption(ROLE)
  .addOption(ENDPOINT)
  .option("--limit <n>", "events at most", "200")
  .action(async (id, options) => (await import("./commands/events.ts")).timeline(id, options));

program
  .command("history")
  .description("what a principal did, or who changed a resource: when, from where")
  .argument("<name>", "ARN, access key id, or name of a principal or resource")
  .addOption(WORKSPACE)
  .option("--raw", "print the CloudTrail records themselves")
  .addOption(PROFILE)
  .addOption(ROLE)
  .addOption(ENDPOINT)
  .option("--limit <n>", "events at most", "200")
  .action(async (name, options) => (await import("./commands/events.ts")).history(name, options));

program
  .command("query")
  .description("one read-only SQL statement on the store (views: usage_events, event_quantities)")
  .argument("<sql>")
  .addOption(WORKSPACE)
  .addOption(
    new Option("-f, --format <format>", "what stdout carries")
      .choices(["table", "json", "ndjson", "csv"])
      .default("table"),
  )
  .option("--limit <n>", "rows at most", "1000")
  .action(async (sql, options) => (await import("./commands/query.ts")).query(sql, options));

program
  .command("report")
  .description("write the HTML report again from the store")
  .addOption(WORKSPACE)
  .addOption(CONFIG)
  .addOption(ORGANIZATION)
  .option("--report <file>", "where it goes (default: <out>/report.html)")
  .addOption(REDACT)
  .action(async (options) => (await import("./commands/report.ts")).report(options));

for (const [name, description] of [
  ["acknowledge", "say that somebody looks after an incident: it is not said again"],
  ["snooze", "keep an incident quiet until a time"],
] as const) {
  program
    .command(name)
    .description(description)
    .argument("<incident>", "its id, or the beginning of it")
    .requiredOption("--reason <text>", "why, for those who read it later")
    .option("--until <time>", "when it may speak again (2026-12-01 or 2026-12-01T06:00:00Z)")
    .addOption(WORKSPACE)
    .action(async (id, options) => (await import("./commands/decide.ts")).decide(name, id, options));
}

program
  .command("backtest")
  .description("replay a history as it was delivered: what would have been paged, when, and under which configuration")
  .argument("<path...>", "file, folder, s3://bucket/prefix, or - for stdin")
  .addOption(WORKSPACE)
  .option("-c, --config <file>", "configuration; repeatable: each is replayed and they are compared", collectWhole)
  .addOption(ORGANIZATION)
  .option("--budget <pages>", "alert budget instead of the configuration's: 2/week, 1/day, none")
  .addOption(
    new Option(
      "--delays <times>",
      "when events were delivered: as the names of files say, or as a model of CloudTrail's",
    )
      .choices(["files", "modelled"])
      .default("files"),
  )
  .option("--truth <file>", "known incidents: a list by hand, or the truth.json of a simulated world")
  .addOption(NO_SECOND_OPINION)
  .option("--from <time>", "count pages from this time on; what came before is learnt from")
  .option("--to <time>", "count pages before this time")
  .addOption(new Option("-f, --format <format>", "what stdout carries").choices(["text", "json"]).default("text"))
  .option("--report <file>", "where the HTML page goes (default: <out>/backtest.html)")
  .option("--no-report", "write no HTML page")
  .addOption(PROFILE)
  .addOption(ROLE)
  .addOption(ENDPOINT)
  .option("-q, --quiet", "no progress, no hints")
  .action(async (paths, options) => (await import("./commands/backtest.ts")).backtest(paths, options));

program
  .command("label")
  .description("say afterwards what an incident was: later analyses and backtests learn from it")
  .argument("<incident>", "its id, or the beginning of it")
  .argument("<verdict>", "true (worth the page), expected (real, and ours) or noise (nothing to it)")
  .requiredOption("--note <text>", "why, for those who meet the pattern again")
  .addOption(WORKSPACE)
  .action(async (id, verdict, options) => (await import("./commands/label.ts")).label(id, verdict, options));

program
  .command("organization")
  .description("the accounts of the organization")
  .command("fetch")
  .description("write organization.json through the AWS Organizations API")
  .option("--file <file>", "file to write", "organization.json")
  .option("--profile <name>", "AWS profile")
  .option("--role-arn <arn>", "role to assume")
  .option("--endpoint-url <url>", "Organizations endpoint other than AWS's own")
  .action(async (options) => (await import("./commands/organization.ts")).fetchOrganization(options));

const opensearch = program.command("opensearch").description("what Trailwatch keeps in an OpenSearch cluster");

/** Each of them reaches the cluster, and says what is wanted of it, in the same way. */
const openSearchCommand = (name: string, description: string): Command =>
  opensearch
    .command(name)
    .description(description)
    .requiredOption("--url <url>", "address of the cluster (https://host[:port])")
    .option("--username <name>", "user, with --password-file")
    .option("--password-file <file>", "file with the password")
    .option("--sigv4 <region>", "sign requests with AWS credentials for a domain in this region")
    .option("--profile <name>", "AWS profile to sign with")
    .option("--role-arn <arn>", "role to assume to sign with")
    .option("--ca <file>", "certificate authority of the cluster, in PEM")
    .option("--namespace <prefix>", "begins every name, so that several share a cluster (team-a-)", "")
    .addOption(CONFIG)
    .option("--dashboards-url <url>", "OpenSearch Dashboards, with its base path (https://host/_dashboards)")
    .option("--sns-topic-arn <arn>", "SNS topic that alerts ring")
    .option("--sns-role-arn <arn>", "IAM role with which the cluster publishes to it")
    .option("--webhook <url>", "address that alerts ring instead")
    .addOption(new Option("-f, --format <format>", "what stdout carries").choices(["text", "json"]).default("text"));

openSearchCommand("plan", "show what apply would do, and change nothing").action(async (options) =>
  (await import("./commands/opensearch.ts")).plan(options),
);
openSearchCommand(
  "apply",
  "make indices, detectors, monitors, roles and dashboards what they should be; again it changes nothing",
).action(async (options) => (await import("./commands/opensearch.ts")).apply(options));
openSearchCommand("status", "show what is kept, how fresh it is, and how the detectors are").action(async (options) =>
  (await import("./commands/opensearch.ts")).status(options),
);
openSearchCommand("backfill", "write the events of CloudTrail files into the cluster, and roll them up")
  .argument("<path...>", "file, folder, s3://bucket/prefix, or - for stdin")
  .addOption(ORGANIZATION)
  .option("--from <time>", "leave out events before this time (2026-11-01 or 2026-11-01T06:00:00Z)")
  .option("--to <time>", "leave out events at or after this time")
  .option("--account <ids>", "only these accounts (comma separated, repeatable)", collect)
  .option("--region <regions>", "only these regions (comma separated, repeatable)", collect)
  .option("-q, --quiet", "no progress")
  .action(async (paths, options) => (await import("./commands/opensearch-backfill.ts")).backfill(paths, options));
openSearchCommand(
  "analyze",
  "find the incidents in the cluster's events, the forest beside the count model, and keep them",
)
  .addOption(ORGANIZATION)
  .option("-q, --quiet", "no progress")
  .action(async (options) => (await import("./commands/opensearch-analyze.ts")).analyzeCluster(options));
opensearch
  .command("dashboards")
  .description("write the dashboards as NDJSON, to import them by hand; no cluster is asked")
  .option("--namespace <prefix>", "begins every name, so that several share a cluster (team-a-)", "")
  .action(async (options) => (await import("./commands/opensearch-dashboards.ts")).dashboards(options));
opensearch
  .command("predict")
  .description("say what the detectors would report of the counts in a store; no cluster is asked")
  .addOption(WORKSPACE)
  .addOption(CONFIG)
  .addOption(ORGANIZATION)
  .addOption(
    new Option("--mode <mode>", "as they run in real time, or over the past when they are made")
      .choices(["realtime", "historical"])
      .default("realtime"),
  )
  .option("--runs <n>", "runs with different seeds: a cluster draws its own", "3")
  .addOption(new Option("-f, --format <format>", "what stdout carries").choices(["text", "json"]).default("text"))
  .option("-q, --quiet", "no progress")
  .action(async (options) => (await import("./commands/opensearch-predict.ts")).predictDetectors(options));
openSearchCommand("destroy", "remove what apply made; data stays unless --data")
  .option("--data", "remove events, roll-ups, incidents and results too")
  .option("--yes", "do it: without, only what would go is shown")
  .action(async (options) => (await import("./commands/opensearch.ts")).destroy(options));

program
  .command("estimate")
  .description("say what a deployment to AWS costs a month, line by line, from list prices; nothing is asked of AWS")
  .addOption(CONFIG)
  .addOption(new Option("--size <size>", "size, before the configuration's").choices(["small", "medium", "large"]))
  .option("--region <region>", "region that it is deployed to", "us-east-1")
  .option("--accounts <n>", "accounts (default: those measured, else 20, 100 or 400 by the size)")
  .option("--events-per-account <n>", "management events of each account in a day")
  .option("--regions-per-account <n>", "regions of each account in which anything happens")
  .option("--lambda-events-per-day <n>", "invocations of functions in a day, of all accounts")
  .option("--s3-events-per-day <n>", "reads and writes of objects in a day, of all accounts")
  .option("--people <n>", "people who sign in to the dashboards in a month", "10")
  .option("--measured <dir>", "take the volume from the store in this folder, which `analyze --out` filled")
  .addOption(new Option("-f, --format <format>", "what stdout carries").choices(["text", "json"]).default("text"))
  .addOption(new Option("--json", "the same as --format json").implies({ format: "json" }))
  .action(async (options) => (await import("./commands/estimate.ts")).estimate(options));

/** Each of them reaches a deployment in the same way. */
const deploymentCommand = (name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .option("--stack <name>", "the deployment: Trailwatch, Trailwatch-<stage>, or one of its stacks", "Trailwatch")
    .option("--region <region>", "AWS region (default: the profile's, or AWS_REGION)")
    .option("--profile <name>", "AWS profile")
    .option("--role-arn <arn>", "role to assume")
    .option("--endpoint-url <url>", "endpoint other than AWS's own, for all services")
    .addOption(new Option("-f, --format <format>", "what stdout carries").choices(["text", "json"]).default("text"));

deploymentCommand("doctor", "check a deployed pipeline step by step, and say what is wrong and what to do")
  .option("--before-deploy", "check what a deployment would meet instead, before anything is made")
  .addOption(CONFIG)
  .option("--context <key=value>", "with --before-deploy: as for cdk deploy (repeatable)", collectWhole)
  .action(async (options) => (await import("./commands/doctor.ts")).doctor(options));

deploymentCommand("replay", "give events to a deployed pipeline again: what failed, or a time range of the trail")
  .option("--queue", "what waits in the queues of what failed")
  .option("--failed", "batches that are kept of what failed; with --from and --to those that failed then")
  .option("--from <time>", "what the trail delivered from this time on (2026-11-01 or 2026-11-01T06:00:00Z)")
  .option("--to <time>", "up to this time (default: now)")
  .option("-q, --quiet", "no progress")
  .action(async (options) => (await import("./commands/replay.ts")).replayEvents(options));

deploymentCommand("drill", "send a made-up incident through a deployed pipeline, and time each step")
  .option("--timeout <minutes>", "how long each step is waited for", "10")
  .action(async (options) => (await import("./commands/drill.ts")).drill(options));

// `trailwatch ... | head` closes the pipe when it has enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = reportFailure(error, process.stderr);
}
