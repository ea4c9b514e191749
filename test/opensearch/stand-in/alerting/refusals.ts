import { Refusal } from "../exchange.ts";

const alerting = (status: number, reason: string, exception: string, why = reason): Refusal =>
  new Refusal(status, "alerting_exception", reason, `${exception}: ${why}`);

export const badMonitor = (reason: string): Refusal => alerting(400, reason, "java.lang.IllegalArgumentException");

export const badType = (reason: string): Refusal => alerting(500, reason, "java.lang.IllegalStateException");

export const notFound = (reason: string): Refusal => alerting(404, reason, "org.opensearch.OpenSearchStatusException");

export const noIndex = (index: string): Refusal => {
  const exception = "org.opensearch.index.IndexNotFoundException";
  return alerting(404, `Configured indices are not found: [${index}]`, exception, `no such index [${index}]`);
};

export const conflict = (reason: string): Refusal =>
  alerting(409, reason, "org.opensearch.index.engine.VersionConflictEngineException");
