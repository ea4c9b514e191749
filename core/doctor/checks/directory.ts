import * as z from "zod";
import { counted, listed } from "../../messages/format.ts";
import { parsedAnswer } from "../../operations/answer.ts";
import type { DeploymentView, ReadRoleFacts } from "../../ports/deployment-view.ts";
import { check, ok, skipped, warning, wrong } from "../check.ts";
import { type Deployed, ofOneAccount } from "../deployed.ts";

/** What a direct call of MultiAccountLogsFunction answers, as far as it is judged. */
const selfTestSchema = z.object({
  problem: z.string().nullable(),
  enrichment: z.object({
    ENABLE_ACCOUNT_ENRICHMENT: z.boolean(),
    ENABLE_ORG_CONTEXT: z.boolean(),
    accountsKnown: z.number(),
    snapshotAgeMinutes: z.number().nullable(),
  }),
});
type SelfTest = z.infer<typeof selfTestSchema>;

export const directory = check<DeploymentView, Deployed, SelfTest>({
  id: "directory",
  title: "Accounts have names, units and owners",
  leftOut: ofOneAccount,
  ask: async (view, { names }) => {
    const name = names.of("MultiAccountLogsFunction");
    return parsedAnswer(selfTestSchema, await view.ask(name, {}), name);
  },
  judge: ({ problem, enrichment }, { names }) => {
    const { ENABLE_ACCOUNT_ENRICHMENT, ENABLE_ORG_CONTEXT, accountsKnown, snapshotAgeMinutes } = enrichment;
    if (problem !== null) {
      const snapshot = names.of("DirectorySnapshotFunction");
      return wrong(
        problem,
        `Take a snapshot and see what it says: aws lambda invoke --function-name ${snapshot} out.json && cat out.json`,
        `Read its log: aws logs tail /aws/lambda/${snapshot} --since 1h`,
      );
    }
    const off = [
      ...(ENABLE_ACCOUNT_ENRICHMENT ? [] : ["ENABLE_ACCOUNT_ENRICHMENT"]),
      ...(ENABLE_ORG_CONTEXT ? [] : ["ENABLE_ORG_CONTEXT"]),
    ];
    if (off.length > 0) {
      return warning(
        `${off.join(" and ")} switched off: messages say less of accounts than could be said`,
        "Set it to true in deployment.environment, and deploy again.",
      );
    }
    return ok(`${counted(accountsKnown, "account")} known, as of ${counted(snapshotAgeMinutes ?? 0, "minute")} ago`);
  },
});

export const readRole = check<DeploymentView, Deployed, readonly ReadRoleFacts[] | null>({
  id: "read-role",
  title: "AnomalyDetectorReadRole is in the members",
  leftOut: ofOneAccount,
  ask: (view, { names }) => view.readRoles(names.readRoleStackSet),
  judge: (found, { names }) => {
    if (found === null) {
      return wrong(
        `there is no StackSet ${names.readRoleStackSet}`,
        `Run cdk deploy ${names.stack("Accounts")}; from a delegated administrator, with trusted access for StackSets.`,
      );
    }
    if (found.length === 0) {
      return warning(
        `${names.readRoleStackSet} has no account yet`,
        "A new StackSet needs some minutes; an organization of one account has no members.",
      );
    }
    const bad = found.filter(({ status }) => status !== "CURRENT");
    if (bad.length === 0) return ok(`in ${counted(found.length, "account")}`);
    const byHand = bad.filter(({ reason }) => /already exists/i.test(reason)).map(({ account }) => account);
    const others = bad.filter(({ account }) => !byHand.includes(account));
    const reasons = others.map(
      ({ account, status, reason }) => `${account} (${status}: ${reason || "no reason given"})`,
    );
    return warning(
      [
        ...(byHand.length === 0 ? [] : [`made by hand in ${listed(byHand, 8)}, and left as it is`]),
        ...(others.length === 0 ? [] : [`not in ${listed(reasons, 4)}`]),
      ].join("; "),
      ...(byHand.length === 0
        ? []
        : [
            "Compare its trust with the output CrossAccountTrustPolicy of the stack: docs/operations.md, the role by hand.",
          ]),
      ...(others.length === 0
        ? []
        : [
            "A suspended account is passed over. For any other see the StackSet's operations, or make the role by hand.",
          ]),
    );
  },
});

/** The Q Business connector is not a part of this version, and is looked for by people who know its variables. */
export const qBusiness = check<DeploymentView, Deployed, null>({
  id: "q-business",
  title: "Amazon Q Business",
  ask: async () => null,
  judge: () => skipped("no connector in this version: causes and texts come from the core, nothing is synchronised"),
});
