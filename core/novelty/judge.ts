import type { Severity } from "../domain/finding.ts";
import { isAccelerated } from "../incidents/accelerated.ts";
import { isAwsHost, isAwsService, isIdentityCenterRole, isRoot, isUser } from "../incidents/actors.ts";
import { counted } from "../messages/format.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import type { FirstUse } from "../ports/first-uses.ts";
import { actionRisk, riskRank } from "../risk/action-risk.ts";
import { DENIED_SUFFIX, TOOL_SEPARATOR } from "../signals/first-seen.ts";
import type { NoveltyConfig } from "./config.ts";
import type { PeerUse } from "./peers.ts";

/** How much a first says, before its company is looked at. */
export interface Judgement {
  readonly severity: Severity;
  readonly reasons: readonly string[];
}

/** What is known about a first besides itself. */
export interface Circumstances {
  readonly directory: AccountDirectory;
  readonly config: NoveltyConfig;
  readonly accountAgeDays: number;
  readonly peers: PeerUse;
  /** Another account of the organization had it before. */
  readonly elsewhereBefore: boolean;
  /** Days since the row's principal was first seen in the account. */
  readonly principalAgeDays: number;
  /** Networks that the row's principal was the first on, in the account, before this one. */
  readonly principalNetworks: number;
}

/** `null`: no news. */
export function judge(row: FirstUse, about: Circumstances): Judgement | null {
  const { config, peers, accountAgeDays } = about;
  if (isAwsService(row.principal) || accountAgeDays < config.learningDays) return null;
  const said = RULES[row.dimension](row, about);
  if (said === null) return null;
  const common = peers.of > 0 && peers.using / peers.of >= config.commonAmongPeers;
  // What only this account can have (its roles, its network) is not made common by others.
  if (common && row.dimension !== "cross-account" && said.grave !== true) return null;
  if (accountAgeDays < config.youngDays && said.grave !== true) return null;
  const reasons = [...said.reasons, peersReason(peers)].filter((reason) => reason !== "");
  if (accountAgeDays < config.settledDays && said.grave !== true) {
    return {
      severity: "info",
      reasons: [...reasons, `the account had been observed for only ${counted(Math.floor(accountAgeDays), "day")}`],
    };
  }
  return { severity: said.severity, reasons };
}

interface Said extends Judgement {
  /** Dangerous enough to be told of a young account, and where peers do it too. */
  readonly grave?: boolean;
}

type Rule = (row: FirstUse, about: Circumstances) => Said | null;

const info = (reason: string): Said => ({ severity: "info", reasons: [reason] });
const low = (reason: string, grave = false): Said => ({ severity: "low", reasons: [reason], grave });

const RULES: Readonly<Record<FirstUse["dimension"], Rule>> = {
  region: ({ value }, { elsewhereBefore }) => {
    if (value === "global") return null;
    return elsewhereBefore
      ? info(`first change in region ${value} by this account`)
      : low(`first change in region ${value} by any account`);
  },

  service: ({ value }, { elsewhereBefore }) =>
    elsewhereBefore ? info(`first use of ${value} by this account`) : low(`first use of ${value} by any account`),

  "risky-action": ({ value }) => {
    const refused = value.endsWith(DENIED_SUFFIX);
    const action = refused ? value.slice(0, -DENIED_SUFFIX.length) : value;
    const colon = action.indexOf(":");
    const { level, usedInWild } = actionRisk(action.slice(0, colon), action.slice(colon + 1));
    if (riskRank(level) < riskRank("medium")) return null;
    const seen = usedInWild ? ", an action known from real intrusions" : "";
    const said = `first ${refused ? "refused " : ""}${action} in this account${seen}`;
    if (riskRank(level) < riskRank("high")) return info(said);
    return low(`${said}, of ${level} risk`, riskRank(level) >= riskRank("critical"));
  },

  "instance-family": ({ value }) =>
    isAccelerated(value)
      ? low(`first instance of family ${value} (accelerated) in this account`)
      : info(`first instance of family ${value} in this account`),

  principal: ({ value }) => {
    if (isAwsService(value)) return null;
    if (isRoot(value)) return low("root was used for the first time", true);
    if (isIdentityCenterRole(value)) return info("first use of this Identity Center role");
    return info(isUser(value) ? "first use of this IAM user" : "first use of this principal");
  },

  network: ({ value, principal }, { elsewhereBefore, principalAgeDays, principalNetworks, config }) => {
    if (isAwsHost(value) || principalNetworks >= config.manyNetworks) return null;
    if (elsewhereBefore) return info(`first calls from ${value}, which other accounts know`);
    const steady = principalAgeDays >= config.youngDays && !isIdentityCenterRole(principal) && !isRoot(principal);
    // People travel; a machine's role or a user's key that moves to a place nobody knows does not.
    return steady
      ? low(
          `first calls from ${value}, by a caller known from elsewhere for ${counted(Math.floor(principalAgeDays), "day")}`,
        )
      : info(`first calls from ${value}`);
  },

  tool: ({ value }) => {
    const tool = value.slice(value.lastIndexOf(TOOL_SEPARATOR) + TOOL_SEPARATOR.length);
    if (tool === "browser") return null;
    return tool === "security-tool"
      ? low("first calls by a tool made for attacks or audits")
      : info(`first calls with ${tool} by this principal`);
  },

  "cross-account": ({ value }, { directory }) => {
    const account = /\d{12}/.exec(value)?.[0];
    const inside = account !== undefined && directory.account(account).known;
    return inside
      ? info(`first access by account ${account} of the organization`)
      : low(`first access by ${value}, outside the organization`);
  },
};

/** Similar accounts: of the same type or OU. */
function peersReason({ using, of }: PeerUse): string {
  if (of === 0) return "";
  if (of === 1) return `the one similar account had ${using === 0 ? "never done so" : "done so before"}`;
  return `${using === 0 ? "none" : using} of ${of} similar accounts had done so before`;
}
