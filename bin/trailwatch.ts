/** The CDK app: reads the configuration, makes the stacks, checks them by the rules of AWS Solutions. */
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { TrailwatchError } from "#core/domain/errors.ts";
import { addStacks } from "../lib/app.ts";
import { deploymentConfiguration, samlMetadata } from "../lib/configuration.ts";
import { WildcardReasons } from "../lib/constructs/wildcards.ts";

try {
  const app = new App();
  const config = deploymentConfiguration(app.node.getAllContext());
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  addStacks(app, {
    config,
    samlMetadata: samlMetadata(config),
    ...(account && region ? { env: { account, region } } : {}),
  });
  Validations.of(app).addPlugins(new WildcardReasons(), new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof TrailwatchError)) throw error;
  process.stderr.write(`trailwatch: ${error.message}\n  next: ${error.nextStep}\n`);
  process.exitCode = 2;
}
