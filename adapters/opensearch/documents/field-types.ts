/** A field, or an object of fields, as a mapping has it. */
export type FieldMapping = Readonly<Record<string, unknown>>;

/** A term may have 32,766 bytes, of which a character takes at most four; longer values stay in `_source` only. */
const IGNORE_ABOVE = 8191;

/** Can be searched, counted and sorted by. */
export const keyword: FieldMapping = { type: "keyword", ignore_above: IGNORE_ABOVE };
/** Can be searched only: for values that are almost all different, and never counted. */
export const searchedKeyword: FieldMapping = { ...keyword, doc_values: false };
/** Can be counted and sorted by only. */
export const countedKeyword: FieldMapping = { ...keyword, index: false };
/** Stands in `_source` only, and cannot be refused. */
export const keptText: FieldMapping = { type: "keyword", index: false, doc_values: false };

export const boolean: FieldMapping = { type: "boolean" };
export const date: FieldMapping = { type: "date" };
/** Can be sorted by and aggregated, not searched. */
export const shownDate: FieldMapping = { type: "date", index: false };
export const ip: FieldMapping = { type: "ip", ignore_malformed: true };
/** Numbers are added up and compared in aggregations, where doc values suffice; an index of them would cost as much again. */
export const summedDouble: FieldMapping = { type: "double", index: false };
export const summedLong: FieldMapping = { type: "long", index: false };
export const keptInteger: FieldMapping = { type: "integer", index: false, doc_values: false };
export const count: FieldMapping = { type: "long" };
export const text: FieldMapping = { type: "text" };
/** Kept as it is and never looked into. */
export const opaque: FieldMapping = { type: "object", enabled: false };
