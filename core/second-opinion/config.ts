import * as z from "zod";

/** The forest where there is no cluster to run it. What it watches is said in `opensearch.forest`. */
export const secondOpinionConfigSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        "Whether a random cut forest is asked about what the count model finds; `--no-second-opinion` turns it off.",
      ),
    windowsPerDay: z
      .number()
      .int()
      .min(1)
      .max(10_000_000)
      .default(20_000)
      .describe(
        "Windows of five minutes that it may judge or learn from, for each day of the history: the gravest findings are asked about first, and what is left out says so. 20,000 take about a second.",
      ),
  })
  .describe("The random cut forest of an analysis or backtest without a cluster.");
