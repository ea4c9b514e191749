import * as z from "zod";
import { directoryEnvironment, required, stageEnvironment } from "../shared/environment.ts";

export const environmentSchema = z.object({
  ...stageEnvironment,
  ...directoryEnvironment,
  ORGANIZATIONS_REGION: required("Where AWS Organizations is asked: one region of each partition."),
});
