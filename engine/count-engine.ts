import type { DetectorEngine } from "#core/ports/detector-engine.ts";
import { CalibratedModel } from "./calibrated-model.ts";
import { type CountModelParameters, DEFAULT_PARAMETERS } from "./parameters.ts";

/** The calibrated count model of docs/detection.md. Deterministic: it draws no random numbers. */
export function createCountEngine(parameters: Partial<CountModelParameters> = {}): DetectorEngine {
  const all = { ...DEFAULT_PARAMETERS, ...parameters };
  return { open: (options, saved) => new CalibratedModel(all, options, saved) };
}
