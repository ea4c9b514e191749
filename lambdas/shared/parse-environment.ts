import type { z } from "zod";
import { TrailwatchError } from "#core/domain/errors.ts";

/**
 * What a function reads of its environment, once, when it starts. Throws TrailwatchError `CONFIGURATION_INVALID` that
 * names every variable that is wrong, so that one look into the log is enough.
 */
export function parseEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): z.output<Schema> {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => {
    const name = path.join(".");
    const value = environment[name];
    return `${name} is ${value === undefined ? "missing" : JSON.stringify(value)}: ${message}`;
  });
  throw new TrailwatchError(
    "CONFIGURATION_INVALID",
    `the function's environment is wrong: ${wrong.join("; ")}`,
    "Correct it in the configuration and deploy again, or set it by hand for a try.",
  );
}
