import type { Metafile } from "esbuild";
import { inspectLambda } from "#lib/bundling/lambda-bundle.ts";
import { DOCUMENT_COMMANDS } from "./command-actions.ts";

export interface BundleUse {
  /** `client-s3 GetObjectCommand`; of commands that only wrap another, the other. */
  readonly commands: readonly string[];
  /** Methods of HTTP with which the cluster is asked. */
  readonly searchMethods: readonly string[];
}

const COMMAND = /node_modules\/@aws-sdk\/(client-[a-z0-9-]+|lib-dynamodb)\/.*\/commands\/([A-Za-z0-9]+Command)\.js$/;
/** Minified: `connection.send("POST",`. */
const SENT = /\.send\(\s*["'`](GET|POST|PUT|DELETE|HEAD|PATCH)["'`]/g;

/** What a function's bundle can ask of AWS. The clients of the default credential chain are not asked inside a function. */
export function bundleUse(name: string): BundleUse {
  const { metafile, code } = inspectLambda(name);
  const commands = filesIn(metafile).flatMap((file) => {
    const [, client, command] = COMMAND.exec(file) ?? [];
    if (client === undefined || command === undefined) return [];
    if (client !== "lib-dynamodb") return [`${client} ${command}`];
    const sent = DOCUMENT_COMMANDS[command];
    if (sent === undefined) throw new Error(`which command does ${command} of lib-dynamodb send?`);
    return [`client-dynamodb ${sent}`];
  });
  const methods = [...code.matchAll(SENT)].map(([, method]) => method ?? "");
  return { commands: [...new Set(commands)].sort(), searchMethods: [...new Set(methods)].sort() };
}

const filesIn = ({ outputs }: Metafile): readonly string[] =>
  Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file);
