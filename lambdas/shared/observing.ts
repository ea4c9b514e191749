import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { METRIC_NAMESPACE, METRICS, type MetricName, STAGE_DIMENSION } from "#core/config/metrics.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { Invocation } from "./invocation.ts";

/** What a function says of itself: lines of JSON in its log, and metrics that CloudWatch reads out of them. */
export interface Observing {
  info(message: string, details?: object): void;
  warn(message: string, details?: object): void;
  /** With what to do about it, where the error says so. */
  error(message: string, error: unknown, details?: object): void;
  /** What several steps of an invocation add is added up by CloudWatch. */
  measure(name: MetricName, value: number): void;
}

const UNITS = {
  Count: MetricUnit.Count,
  Seconds: MetricUnit.Seconds,
  Milliseconds: MetricUnit.Milliseconds,
  None: MetricUnit.NoUnit,
} as const;

export interface Observed<Result> {
  readonly stage: string;
  readonly functionName: string;
  readonly work: (event: unknown, invocation: Invocation, observing: Observing) => Promise<Result>;
}

/**
 * A handler whose log lines carry the request, whose errors are logged with their code and next step before Lambda gets
 * them, and whose metrics are written out in any case.
 */
export function observed<Result>({ stage, functionName, work }: Observed<Result>) {
  const logger = new Logger({ serviceName: functionName, persistentKeys: { stage } });
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
  // Alarms ask for the stage alone: a metric that has a service beside it is another metric.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [STAGE_DIMENSION]: stage });
  const observing = observingBy(logger, metrics);
  return async (event: unknown, invocation: Invocation): Promise<Result> => {
    logger.appendKeys({ requestId: invocation.awsRequestId });
    try {
      return await work(event, invocation, observing);
    } catch (error) {
      observing.error("failed", error);
      throw error;
    } finally {
      // Where there are none it would write a line that is no JSON.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
}

function observingBy(logger: Logger, metrics: Metrics): Observing {
  return {
    info: (message, details = {}) => logger.info(message, { ...details }),
    warn: (message, details = {}) => logger.warn(message, { ...details }),
    error: (message, error, details = {}) => logger.error(message, { ...details, ...described(error) }),
    measure: (name, value) => metrics.addMetric(METRICS[name].name, UNITS[METRICS[name].unit], value),
  };
}

/** Errors of the SDK carry whole requests; a log is read by people who must not see what is in them. */
function described(error: unknown): object {
  if (!(error instanceof Error)) return { error: { message: String(error) } };
  const { name, message, stack } = error;
  const known = error instanceof TrailwatchError ? { code: error.code, nextStep: error.nextStep } : {};
  return { error: { name, message, ...known, stack } };
}
