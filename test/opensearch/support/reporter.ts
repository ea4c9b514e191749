import { remembered } from "./cluster.ts";
import { readTally, type Summary, summarize } from "./tally.ts";

/** The parts of jest's results that are read here. */
interface Results {
  readonly testResults: readonly {
    readonly testFilePath: string;
    readonly testResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

interface Choice {
  readonly testPathPatterns: { readonly patterns: readonly string[] };
  readonly testNamePattern?: string | undefined;
}

const NOTHING_LIVE = "no test ran live, so that nothing is proven of a real node: the run fails";

/** Says at the end how many tests a real node answered, and fails a whole run in which none did. */
export default class PlacesReporter {
  readonly #choice: Choice;
  #error: Error | undefined;

  constructor(choice: Choice) {
    this.#choice = choice;
  }

  onRunComplete(_contexts: unknown, { testResults }: Results): void {
    const ran = testResults.flatMap(({ testFilePath, testResults: tests }) =>
      tests
        .filter(({ status }) => status === "passed" || status === "failed")
        .map(({ fullName }) => ({ path: testFilePath, test: fullName })),
    );
    const summary = summarize(readTally(process.env), ran);
    const { version, url } = remembered(process.env);
    process.stderr.write(`\nOpenSearch ${version} at ${url}: ${sentence(summary)}\n`);
    const chosen = this.#choice.testPathPatterns.patterns.length > 0 || this.#choice.testNamePattern !== undefined;
    if (summary.live > 0 || chosen) return;
    // Jest takes the error for the exit code only and does not show it.
    process.stderr.write(`${NOTHING_LIVE}\n`);
    this.#error = new Error(NOTHING_LIVE);
  }

  getLastError(): Error | undefined {
    return this.#error;
  }
}

function sentence({ live, standIn, withoutNode, missing }: Summary): string {
  const instead = missing.length === 0 ? "" : ` (the node lacks ${missing.join(", ")})`;
  return `${live} tests ran live, ${standIn} on the stand-in${instead}, ${withoutNode} without a node`;
}
