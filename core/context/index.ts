export { parseOrganization } from "./account-directory.ts";
export { contextConfigSchema } from "./config.ts";
