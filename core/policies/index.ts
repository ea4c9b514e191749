export { policiesConfigSchema, resolvePolicies } from "./config.ts";
export { BUILT_IN_POLICIES, type Policy } from "./policy.ts";
export { evaluatePolicies, policyQueries, scanPolicies } from "./scan.ts";
export { approvedTypes } from "./violations.ts";
