import { connectOpenSearch, type OpenSearchConnection } from "#adapters/opensearch/connection.ts";
import { type IndexNames, indexNames } from "#adapters/opensearch/index-names.ts";
import { TrailwatchError } from "#core/domain/errors.ts";

/** How long an answer is waited for, and how often it is asked for again where there was none. */
export interface Patience {
  readonly timeoutMs: number;
  readonly pausesMs: readonly number[];
}

const PATIENCE: Patience = { timeoutMs: 60_000, pausesMs: [200, 1000, 3000] };

export interface Search {
  readonly connection: OpenSearchConnection;
  readonly names: IndexNames;
}

/** The domain of the deployment. Requests are signed with the credentials that Lambda gives to the function's process. */
export function openSearch(
  environment: { readonly OPENSEARCH_ENDPOINT: string; readonly OPENSEARCH_NAMESPACE: string },
  patience: Patience = PATIENCE,
  env: NodeJS.ProcessEnv = process.env,
): Search {
  const connection = connectOpenSearch({
    url: environment.OPENSEARCH_ENDPOINT,
    authentication: {
      kind: "sigv4",
      region: given(env, "AWS_REGION"),
      service: "es",
      credentials: async () => ({
        accessKeyId: given(env, "AWS_ACCESS_KEY_ID"),
        secretAccessKey: given(env, "AWS_SECRET_ACCESS_KEY"),
        ...(env["AWS_SESSION_TOKEN"] ? { sessionToken: env["AWS_SESSION_TOKEN"] } : {}),
      }),
    },
    ...patience,
  });
  return { connection, names: indexNames(environment.OPENSEARCH_NAMESPACE) };
}

function given(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value) return value;
  throw new TrailwatchError(
    "CONFIGURATION_INVALID",
    `${name} is not set, which Lambda sets for every function`,
    "Set it where the function runs elsewhere, for a test.",
  );
}
