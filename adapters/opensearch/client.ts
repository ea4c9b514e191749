import type {
  Connection as ClientConnection,
  Serializer as ClientSerializer,
  Transport as ClientTransport,
} from "@opensearch-project/opensearch";
import { AwsSigv4Signer } from "@opensearch-project/opensearch/aws-v3";
import connectionModule from "@opensearch-project/opensearch/lib/Connection.js";
import { ConnectionPool } from "@opensearch-project/opensearch/lib/pool/index.js";
import serializerModule from "@opensearch-project/opensearch/lib/Serializer.js";
import transportModule from "@opensearch-project/opensearch/lib/Transport.js";

// Each of these modules is its class, which their types say only of the whole package.
const Connection = connectionModule as unknown as typeof ClientConnection;
const Serializer = serializerModule as unknown as typeof ClientSerializer;
const Transport = transportModule as unknown as typeof ClientTransport;

/** How the node is to know who asks. The region and the credentials are AWS's; `es` is a domain, `aoss` a collection. */
export type OpenSearchAuthentication =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | {
      readonly kind: "sigv4";
      readonly region: string;
      readonly service: "es" | "aoss";
      readonly credentials: () => Promise<AwsCredentials>;
    };

interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ClientOptions {
  readonly url: string;
  readonly authentication: OpenSearchAuthentication;
  readonly certificateAuthority: string | undefined;
  readonly timeoutMs: number;
}

/** The client's own default. A node that was in trouble is looked after beside the requests, which do not wait for it. */
const PING_TIMEOUT_MS = 3000;

/** The official client's way to one node. */
export interface OpenSearchClient {
  readonly transport: ClientTransport;
  close(): Promise<void>;
}

/**
 * The parts of the official client that ask, as its own `Client` puts them together, without its five hundred methods for
 * as many calls: these would be loaded by every function that starts, and nothing here uses them.
 */
export function openClient({ url, authentication, certificateAuthority, timeoutMs }: ClientOptions): OpenSearchClient {
  const emit = (): boolean => false;
  const signer = authentication.kind === "sigv4" ? signerOf(authentication) : null;
  const connectionPool = new ConnectionPool({
    Connection: signer?.Connection ?? Connection,
    emit,
    pingTimeout: PING_TIMEOUT_MS,
    resurrectStrategy: "ping",
    sniffEnabled: false,
    ...(certificateAuthority === undefined ? {} : { ssl: { ca: certificateAuthority } }),
    ...(authentication.kind === "basic"
      ? { auth: { username: authentication.username, password: authentication.password } }
      : {}),
  });
  connectionPool.addConnection(url);
  const transport = new (signer?.Transport ?? Transport)({
    emit,
    connectionPool,
    // It would refuse a whole answer for one key that somebody logged; nothing here copies such a key into an object.
    serializer: new Serializer({ disablePrototypePoisoningProtection: true, enableLongNumeralSupport: false }),
    // The client's own tries would follow at once, when what failed has had no time to come back.
    maxRetries: 0,
    requestTimeout: timeoutMs,
    sniffEndpoint: "",
  });
  return { transport, close: () => new Promise((done) => connectionPool.empty(() => done())) };
}

function signerOf({
  region,
  service,
  credentials,
}: Extract<OpenSearchAuthentication, { kind: "sigv4" }>): ReturnType<typeof AwsSigv4Signer> {
  return AwsSigv4Signer({ region, service, getCredentials: async () => ({ ...(await credentials()) }) });
}
