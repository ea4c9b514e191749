import { createHash } from "node:crypto";
import { canonicalJson } from "#core/normalise/index.ts";

/** 128 bits tell two contents of one id apart, and cost half of what the whole hash does: it does not compress. */
const BYTES = 16;

/** Of a record's content, whatever order and white space it was written with: tells a duplicate from a conflict. */
export const recordFingerprint = (record: unknown): string =>
  createHash("sha256").update(canonicalJson(record)).digest().subarray(0, BYTES).toString("base64url");
