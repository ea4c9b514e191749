import { parseArgs } from "node:util";
import { NodeError } from "./node-error.ts";

export interface NodeOptions {
  /** Several nodes can run side by side, each with a name and so with folders of its own. */
  readonly name: string;
  /** The first free one from 9200 on when left out. */
  readonly port?: number;
  /** As Java writes it: `512m`, `1g`. */
  readonly heap: string;
  /** Continue with the data of the last run of this name. */
  readonly keep: boolean;
  /** Further settings of `opensearch.yml`. */
  readonly settings: Readonly<Record<string, string>>;
}

export const DEFAULTS: NodeOptions = { name: "default", heap: "1g", keep: false, settings: {} };

export type Command = { readonly verb: "start"; readonly options: NodeOptions } | Named<"stop"> | Named<"status">;

interface Named<Verb> {
  readonly verb: Verb;
  readonly name: string;
}

const USAGE = `usage: npm run opensearch:start  -- [--port <n>] [--heap <size>] [--keep] [--name <name>] [--setting <key>=<value>]...
       npm run opensearch:stop   -- [--name <name>]
       npm run opensearch:status -- [--name <name>]`;

/** Throws NodeError for what is not a command of ours. */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  const name = values.name ?? DEFAULTS.name;
  if (!/^[a-z0-9-]+$/.test(name)) throw wrong(`--name ${name} has other than small letters, digits and dashes`);
  const [verb, ...rest] = positionals;
  if (rest.length > 0) throw wrong(`what is ${rest.join(" ")}?`);
  switch (verb) {
    case "start":
      return { verb, options: { name, ...startOptions(values) } };
    case "stop":
    case "status":
      return { verb, name };
    default:
      throw wrong(verb === undefined ? "no command" : `${verb} is no command`);
  }
}

type Values = ReturnType<typeof parsed>["values"];

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: "string" },
        port: { type: "string" },
        heap: { type: "string", default: DEFAULTS.heap },
        keep: { type: "boolean", default: DEFAULTS.keep },
        setting: { type: "string", multiple: true, default: [] },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function startOptions({ port, heap, keep, setting }: Values): Omit<NodeOptions, "name"> {
  if (!/^[1-9]\d*[mg]$/i.test(heap)) throw wrong(`--heap ${heap} is not a size like 512m or 2g`);
  return { heap, keep, settings: settingsOf(setting), ...(port === undefined ? {} : { port: portOf(port) }) };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw wrong(`--port ${text} is not a port`);
  return port;
}

function settingsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 1) throw wrong(`--setting ${pair} is not <key>=<value>`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

const wrong = (message: string): NodeError => new NodeError(message, USAGE);
