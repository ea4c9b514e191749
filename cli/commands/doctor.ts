import { CONFIGURATION_KEY, withContext } from "#core/config/deployment/index.ts";
import { stageOfStack } from "#core/config/deployment/names.ts";
import { parseConfig } from "#core/config/index.ts";
import { beforeChecks, planned } from "#core/doctor/before-checks.ts";
import { type CheckResult, runChecks, tally } from "#core/doctor/check.ts";
import { findDeployed } from "#core/doctor/deployed.ts";
import { deployedChecks } from "#core/doctor/deployed-checks.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { isoTime } from "#core/domain/time.ts";
import { escapeInvisible } from "#core/messages/json-text.ts";
import { readConfiguration } from "../configuration.ts";
import { EXIT } from "../exit-codes.ts";
import { Clients, type DeploymentOptions } from "../operations/clients.ts";
import { callerOf, deploymentView, surroundingsView } from "../operations/deployment-view.ts";
import { renderCheck, renderTally } from "../render/doctor.ts";
import { textOptions } from "../terminal.ts";

export interface DoctorOptions extends DeploymentOptions {
  readonly stack: string;
  readonly beforeDeploy?: boolean;
  readonly config?: string;
  /** As `cdk deploy` takes it: `key=value`. */
  readonly context?: readonly string[];
  readonly format: "text" | "json";
}

/** Looks at a deployment, or at what one would meet. Exits with `unhealthy` where something is wrong. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const stage = stageOfStack(options.stack);
  const clients = await Clients.connect(options);
  const caller = await callerOf(clients);
  const now = Date.now();
  const { region } = clients;
  const onResult = (result: CheckResult): void => {
    if (options.format === "text") process.stdout.write(renderCheck(result, textOptions(process.stdout)));
  };
  let results: readonly CheckResult[];
  if (options.beforeDeploy) {
    const about = planned(deploymentOf(options), { caller, region, now });
    results = await runChecks(beforeChecks(), surroundingsView(clients, caller), about, onResult);
  } else {
    const view = deploymentView(clients, caller);
    results = await runChecks(deployedChecks(), view, await findDeployed(view, { stage, region, now }), onResult);
  }
  if (options.format === "text") process.stdout.write(renderTally(results));
  else {
    const said = { at: isoTime(now), account: caller.account, region, tally: tally(results), checks: results };
    process.stdout.write(`${escapeInvisible(JSON.stringify(said, null, 2))}\n`);
  }
  process.exitCode = exitOf(results);
}

/** What is not known may be what is wrong. */
function exitOf(results: readonly CheckResult[]): number {
  const { wrong, unknown } = tally(results);
  return wrong > 0 ? EXIT.unhealthy : unknown > 0 ? EXIT.failed : EXIT.ok;
}

/** The same as `cdk deploy` with the same file and context would have. */
function deploymentOf({ config, context = [] }: DoctorOptions) {
  const given = Object.fromEntries(
    context.map((text) => {
      const at = text.indexOf("=");
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new TrailwatchError("USAGE", `--context ${text} is no key=value`, "Write it as for cdk deploy.");
    }),
  );
  const file = config ?? given[CONFIGURATION_KEY];
  return parseConfig(withContext(readConfiguration(file), given)).deployment;
}
