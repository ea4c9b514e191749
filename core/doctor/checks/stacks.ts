import { STACKS } from "../../config/deployment/names.ts";
import { listed } from "../../messages/format.ts";
import type { DeploymentView, StackFacts } from "../../ports/deployment-view.ts";
import { check, ok, warning, wrong } from "../check.ts";
import type { Deployed } from "../deployed.ts";

export const stacks = check<DeploymentView, Deployed, readonly StackFacts[]>({
  id: "stacks",
  title: "Stacks are deployed",
  ask: async (view, { names }) => {
    const found: StackFacts[] = [];
    for (const part of STACKS) found.push(await view.stack(names.stack(part)));
    return found;
  },
  judge: (found) => {
    const missing = found.filter(({ status }) => status === null).map(({ name }) => name);
    const failed = found.filter(({ status }) => status !== null && /FAILED|ROLLBACK/.test(status)).map(said);
    const busy = found.filter(({ status }) => status?.endsWith("IN_PROGRESS")).map(said);
    if (missing.length > 0) return wrong(`not there: ${listed(missing, 5)}`, "Run cdk deploy --all again.");
    if (failed.length > 0) {
      return wrong(
        `not as it should be: ${listed(failed, 5)}`,
        "Look at the stack's events in CloudFormation, the first failure first, then run cdk deploy --all again.",
      );
    }
    if (busy.length > 0) return warning(`being changed: ${listed(busy, 5)}`, "Look again when it has come to its end.");
    return ok(`${found.length} stacks are complete`);
  },
});

const said = ({ name, status }: StackFacts): string => `${name} (${status})`;
