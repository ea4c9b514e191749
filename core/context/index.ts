export { directoryOf, type PeerGroups, parseOrganization, peersOf } from "./account-directory.ts";
export { type AccountTypeRule, type ContextConfig, contextConfigSchema } from "./config.ts";
export { ouLevels } from "./ou-paths.ts";
