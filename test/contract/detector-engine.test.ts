import { createCountEngine } from "#engine/count-engine.ts";
import { detectorEngineContract } from "./detector-engine.ts";

detectorEngineContract("count model", () => createCountEngine());
