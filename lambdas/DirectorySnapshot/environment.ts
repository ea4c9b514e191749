import { z } from "zod";
import { directoryEnvironment, stageEnvironment } from "../shared/environment.ts";

export const environmentSchema = z.object({ ...stageEnvironment, ...directoryEnvironment });
