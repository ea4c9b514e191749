export { type Config, parseConfig } from "./parse-config.ts";
export { configSchema } from "./schema.ts";
