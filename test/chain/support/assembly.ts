import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { parseConfig } from "#core/config/index.ts";
import { addStacks } from "#lib/app.ts";

/** A function as a template has it; what is a reference there has no value yet. */
export interface TemplateFunction {
  /** Its folder's: `UsageRollup`. */
  readonly name: string;
  readonly functionName: string;
  /** Of the bundle, as it would be uploaded. */
  readonly folder: string;
  readonly handler: string;
  readonly memoryMiB: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string | object>>;
}

// biome-ignore lint/suspicious/noExplicitAny: a template has whatever CloudFormation takes
type Json = any;

const CONTEXT = JSON.parse(readFileSync(new URL("../../../cdk.json", import.meta.url), "utf8")).context;
/** As the CDK's command sets it: says in the template which folder is uploaded for which function. */
const ASSET_PATHS = { "aws:cdk:enable-asset-metadata": true };

/** Synthesises a deployment into the folder, with the bundles of these stacks, and answers the functions of them. */
function synthesise(configuration: object, folder: string, bundled: readonly string[]): readonly TemplateFunction[] {
  const context = { ...CONTEXT, ...ASSET_PATHS, "aws:cdk:bundling-stacks": bundled };
  const assembly = quietly(() => {
    const app = new App({ outdir: folder, context });
    addStacks(app, { config: parseConfig(configuration), samlMetadata: null });
    return app.synth();
  });
  return bundled.flatMap((stack): TemplateFunction[] => {
    const { Resources } = assembly.getStackByName(stack).template as Json;
    return Object.values<Json>(Resources)
      .filter(({ Type, Metadata }) => Type === "AWS::Lambda::Function" && Metadata?.["aws:asset:path"])
      .map(({ Properties, Metadata }) => ({
        name: Properties.FunctionName.replace(/Function$/, ""),
        functionName: Properties.FunctionName,
        folder: join(folder, Metadata["aws:asset:path"]),
        handler: Properties.Handler,
        memoryMiB: Properties.MemorySize,
        timeoutMs: Properties.Timeout * 1000,
        environment: Properties.Environment.Variables,
      }));
  });
}

/** The CDK prints what it bundles, and the warnings that whoever deploys is to read. */
function quietly<T>(run: () => T): T {
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    return run();
  } finally {
    process.stderr.write = write;
  }
}

/** Set by the global setup, because every test file runs in a process of its own. */
const FUNCTIONS = "TRAILWATCH_TEST_FUNCTIONS";
const FOLDER = "TRAILWATCH_TEST_ASSEMBLY";

/** How the tests deploy: all findings that a test's world has are grouped. */
const CONFIGURATION = { live: { groupDays: 30, seriesDays: 30 } };
/** Has one function more: CloudFormation cannot make its trail. */
const DELEGATED = { ...CONFIGURATION, deployment: { managementAccountId: "123456789012" } };
const WITH_FUNCTIONS = ["Trailwatch-Trail", "Trailwatch-Search", "Trailwatch-Pipeline"];

/** Once a run; {@link removeAssembly} takes it away. */
export function prepareAssembly(environment: NodeJS.ProcessEnv): void {
  const folder = mkdtempSync(join(tmpdir(), "trailwatch-chain-"));
  const own = synthesise(CONFIGURATION, join(folder, "own"), WITH_FUNCTIONS);
  const delegated = synthesise(DELEGATED, join(folder, "delegated"), ["Trailwatch-Trail"]);
  const functions = [...own, ...delegated.filter(({ name }) => name === "DelegatedTrail")];
  writeFileSync(join(folder, "functions.json"), JSON.stringify(functions));
  environment[FOLDER] = folder;
  environment[FUNCTIONS] = join(folder, "functions.json");
}

export function removeAssembly(environment: NodeJS.ProcessEnv): void {
  const folder = environment[FOLDER];
  if (folder) rmSync(folder, { recursive: true, force: true });
}

/** Throws Error outside `npm run test:chain`. */
export function functionsOfTemplates(environment: NodeJS.ProcessEnv = process.env): readonly TemplateFunction[] {
  const file = environment[FUNCTIONS];
  if (!file) throw new Error("these tests are run by `npm run test:chain`");
  return JSON.parse(readFileSync(file, "utf8"));
}
