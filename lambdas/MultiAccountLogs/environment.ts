import * as z from "zod";
import { directoryEnvironment, openSearchEnvironment, stageEnvironment } from "../shared/environment.ts";

export const environmentSchema = z.object({ ...stageEnvironment, ...openSearchEnvironment, ...directoryEnvironment });
