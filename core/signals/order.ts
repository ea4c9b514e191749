import type { SignalEntity } from "../domain/finding.ts";
import { compareNullableText, compareText } from "../domain/ordering.ts";

/** One signal of one entity. */
export interface Series {
  readonly signal: string;
  readonly entity: SignalEntity;
}

/** The order that every renderer of signals answers in: signal, account, region, principal, resource. */
export const compareSeries = (a: Series, b: Series): number =>
  compareText(a.signal, b.signal) ||
  compareText(a.entity.account, b.entity.account) ||
  compareText(a.entity.region, b.entity.region) ||
  compareNullableText(a.entity.principal, b.entity.principal) ||
  compareNullableText(a.entity.resource, b.entity.resource);
