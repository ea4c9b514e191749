import * as z from "zod";
import {
  directoryEnvironment,
  findingsEnvironment,
  incidentsEnvironment,
  openSearchEnvironment,
  stageEnvironment,
  stateEnvironment,
} from "../shared/environment.ts";

export const environmentSchema = z.object({
  ...stageEnvironment,
  ...openSearchEnvironment,
  ...directoryEnvironment,
  ...stateEnvironment,
  ...findingsEnvironment,
  ...incidentsEnvironment,
});
