import { z } from "zod";

/** Everything that it has to know comes with the request. */
export const environmentSchema = z.object({});
