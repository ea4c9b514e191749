import { actionRisk, riskRank } from "#core/risk/action-risk.ts";

const RISKY = riskRank("medium");

/** Actions whose first use in an account is worth knowing. */
export const riskyAction = (service: string, action: string): boolean =>
  riskRank(actionRisk(service, action).level) >= RISKY;
