/**
 * `npm run opensearch:start|stop|status`: a real OpenSearch core on this machine for tests and trials. Messages go to
 * stderr; stdout carries `export OPENSEARCH_URL=...`, fit for `eval "$(npm run --silent opensearch:start)"`.
 */
import { foldersOf, startNode, statusOf, stopNode } from "./node.ts";
import { NodeError } from "./node-error.ts";
import { type Command, parseCommand } from "./options.ts";

const say = (text: string): void => void process.stderr.write(`opensearch: ${text}\n`);
const exported = (url: string): void => void process.stdout.write(`export OPENSEARCH_URL=${url}\n`);

async function run(command: Command): Promise<number> {
  switch (command.verb) {
    case "start": {
      const { url, pid, already } = await startNode(command.options, say);
      say(`${already ? "runs already" : "runs"} at ${url} (process ${pid})`);
      exported(url);
      return 0;
    }
    case "stop":
      say((await stopNode(command.name)) ? "stopped" : "none is running");
      return 0;
    case "status": {
      const state = statusOf(command.name);
      if (!state) {
        say("none is running");
        return 1;
      }
      say(`runs at ${state.url} (process ${state.pid}), heap ${state.heap}, data in ${state.data}`);
      say(`log: ${foldersOf(command.name).console}`);
      exported(state.url);
      return 0;
    }
  }
}

try {
  process.exitCode = await run(parseCommand(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof NodeError)) throw error;
  say(`${error.message}\n  next: ${error.nextStep}`);
  process.exitCode = 2;
}
