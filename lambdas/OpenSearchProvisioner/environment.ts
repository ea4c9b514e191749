import * as z from "zod";
import { bucketEnvironment, openSearchEnvironment, stageEnvironment } from "../shared/environment.ts";

export const environmentSchema = z.object({ ...stageEnvironment, ...openSearchEnvironment, ...bucketEnvironment });
