const RISK_LEVELS = ["none", "low", "medium", "high", "critical"] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** 0 for `none` to 4 for `critical`. */
export const riskRank = (level: RiskLevel): number => RISK_LEVELS.indexOf(level);
