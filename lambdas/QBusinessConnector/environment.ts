import * as z from "zod";
import {
  directoryEnvironment,
  incidentsEnvironment,
  openSearchEnvironment,
  sayingEnvironment,
  stageEnvironment,
  stateEnvironment,
} from "../shared/environment.ts";

export const environmentSchema = z.object({
  ...stageEnvironment,
  ...openSearchEnvironment,
  ...directoryEnvironment,
  ...stateEnvironment,
  ...incidentsEnvironment,
  ...sayingEnvironment,
});
