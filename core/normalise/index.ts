export { canonicalJson } from "./canonical-json.ts";
export { type DetailNeeds, detailNeeds } from "./knowledge.ts";
export { type HashText, type Normalised, normaliseRecord } from "./record.ts";
