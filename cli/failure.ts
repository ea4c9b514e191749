import { TrailwatchError } from "#core/domain/errors.ts";
import { EXIT } from "./exit-codes.ts";

/** Says what went wrong and what to do next, and answers the exit code. Set TRAILWATCH_DEBUG for the stack. */
export function reportFailure(error: unknown, stderr: { write(text: string): unknown }): number {
  if (!(error instanceof TrailwatchError)) {
    stderr.write(`trailwatch: an error that should not happen: ${describe(error)}\n`);
    stderr.write("  next: please report it with this text and the command that led to it.\n");
    return EXIT.failed;
  }
  stderr.write(`trailwatch: ${error.message}\n  next: ${error.nextStep}\n`);
  if (process.env["TRAILWATCH_DEBUG"]) stderr.write(`${describe(error)}\n`);
  switch (error.code) {
    case "USAGE":
    case "CONFIGURATION_INVALID":
    case "ORGANIZATION_INVALID":
    case "QUERY_REFUSED":
      return EXIT.usage;
    case "NOTHING_READ":
    case "INPUT_NOT_FOUND":
      return EXIT.nothingRead;
    case "INTERRUPTED":
      return EXIT.interrupted;
    default:
      return EXIT.failed;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by: ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
