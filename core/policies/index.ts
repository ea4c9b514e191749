export { type PoliciesConfig, policiesConfigSchema, resolvePolicies } from "./config.ts";
export { BUILT_IN_POLICIES, type Policy } from "./policy.ts";
export { evaluatePolicies, policyFilters, policyQueries, scanPolicies } from "./scan.ts";
export { approvedTypes, ViolationFinder, violates } from "./violations.ts";
