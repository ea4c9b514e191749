/**
 * Makes the templates of every way to deploy, and holds each against the rules of AWS Solutions:
 *
 *     npm run synth                 all of them, into out/synth
 *     npm run synth -- vpc delegated   those whose names have one of these words
 *
 * `out/synth/templates` has each template once for other tools to look at; those that differ in numbers alone count as one.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { parseConfig } from "../core/config/index.ts";
import { addStacks } from "../lib/app.ts";
import { WildcardReasons } from "../lib/constructs/wildcards.ts";
import { deploymentCases } from "./deployment-cases.ts";

const OUT = "out/synth";
const TEMPLATES = join(OUT, "templates");
const { context } = JSON.parse(readFileSync("cdk.json", "utf8"));

/** Bundles functions; the others have the same, or fewer. */
const BUNDLED = "multi-account-small-nothing";
const SAML_METADATA = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://example.com"/>`;

/** The findings of the rules, as lines; the templates are in the folder. */
function synthesise(name: string, deployment: object): readonly string[] {
  const outdir = join(OUT, name);
  const bundling = name === BUNDLED ? {} : { "aws:cdk:bundling-stacks": [] };
  const app = new App({ outdir, context: { ...context, ...bundling } });
  addStacks(app, { config: parseConfig({ deployment }), samlMetadata: SAML_METADATA });
  Validations.of(app).addPlugins(new WildcardReasons(), new AwsSolutionsChecks(app));
  const report = join(outdir, "validation-report.json");
  try {
    quietly(() => app.synth());
  } catch (error) {
    if (!existsSync(report)) throw error;
  }
  return existsSync(report) ? readFindings(report) : [];
}

/** The CDK prints its report for every case; what matters of it is printed here. */
function quietly(run: () => void): void {
  const { write } = process.stderr;
  process.stderr.write = () => true;
  try {
    run();
  } finally {
    process.stderr.write = write;
  }
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}

/** Warnings count too, but for those that we give to whoever deploys. */
function readFindings(file: string): readonly string[] {
  const { pluginReports } = JSON.parse(readFileSync(file, "utf8")) as Report;
  return pluginReports
    .flatMap(({ violations }) => violations)
    .filter(({ ruleName }) => !ruleName.startsWith("Annotation::trailwatch-"))
    .flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} at ${constructPath ?? "?"}`),
    );
}

/** Sizes, periods, and the hash of the configuration that was deployed. */
const NUMBERS = /(?<=[:[,]\s*)-?\d+(\.\d+)?(?=\s*[,\]}])|"[0-9a-f]{64}(\.zip)?"/g;

/** Different cases share most of their stacks. */
function collectTemplates(name: string): void {
  for (const file of globSync(join(OUT, name, "*.template.json"))) {
    const shape = readFileSync(file, "utf8").replace(NUMBERS, "0");
    const hash = createHash("sha256").update(shape).digest("hex").slice(0, 12);
    cpSync(file, join(TEMPLATES, `${basename(file, ".template.json")}-${hash}.template.json`));
  }
}

const words = process.argv.slice(2);
const cases = deploymentCases().filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
rmSync(OUT, { recursive: true, force: true });
mkdirSync(TEMPLATES, { recursive: true });
let failed = 0;
for (const { name, deployment } of cases) {
  const findings = synthesise(name, deployment);
  collectTemplates(name);
  if (findings.length > 0) failed += 1;
  process.stdout.write(`${findings.length === 0 ? "ok    " : "FAILED"} ${name}\n`);
  for (const finding of findings) process.stdout.write(`       ${finding}\n`);
}
const templates = globSync(join(TEMPLATES, "*.json")).length;
process.stdout.write(`${cases.length} deployments, ${templates} different templates, ${failed} with findings\n`);
process.exitCode = failed > 0 ? 1 : 0;
