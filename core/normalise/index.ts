export { canonicalJson } from "./canonical-json.ts";
export { detailNeeds } from "./knowledge.ts";
export { normaliseRecord } from "./record.ts";
