import type { Random } from "../prng.ts";
import { isoSeconds, type Millis } from "../time.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Who calls, with what, from where: everything in a record that stays the same for a session. */
export interface Caller {
  readonly userIdentity: { readonly [key: string]: Json | undefined };
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Account of the caller; `null` for a service. */
  readonly account: string | null;
  /** Calls over the internet carry `tlsDetails`; calls made by AWS itself do not. */
  readonly direct: boolean;
  /** A session that came from the console's sign-in. */
  readonly console?: boolean;
  readonly vpcEndpointId?: string;
}

/** One API operation with its answer. */
export interface Operation {
  /** `ec2.amazonaws.com` */
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly request?: Json;
  /** EC2 repeats the request's id in its answer. */
  readonly response?: Json | ((requestId: string) => Json);
  readonly error?: { readonly code: string; readonly message: string };
  readonly additional?: Json;
  readonly resources?: readonly Json[];
  readonly apiVersion?: string;
  readonly category?: "Management" | "Data";
  readonly eventType?: "AwsApiCall" | "AwsServiceEvent" | "AwsConsoleSignIn";
  readonly eventVersion?: string;
  readonly serviceEventDetails?: Json;
  readonly host?: string;
}

export interface Place {
  /** Account whose trail has the record. */
  readonly account: string;
  readonly region: string;
}

type CloudTrailRecord = { readonly [key: string]: Json | undefined } & {
  readonly eventID: string;
  readonly eventTime: string;
};

/** Where the record of an operation goes: the file of its account and region. */
export interface WorldEvent {
  readonly time: Millis;
  readonly account: string;
  readonly region: string;
  readonly record: CloudTrailRecord;
}

/** A record with the fields, and in the order, of the real ones. Undefined fields vanish when it is written. */
export function makeRecord(
  random: Random,
  caller: Caller,
  place: Place,
  time: Millis,
  operation: Operation,
  sharedEventId?: string,
): CloudTrailRecord {
  const requestID = operation.source === "s3.amazonaws.com" ? random.letters(16, S3_ID) : random.uuid();
  const response = typeof operation.response === "function" ? operation.response(requestID) : operation.response;
  const signIn = operation.eventType === "AwsConsoleSignIn" || operation.eventType === "AwsServiceEvent";
  return {
    eventVersion: operation.eventVersion ?? (operation.source === "s3.amazonaws.com" ? "1.10" : "1.09"),
    userIdentity: caller.userIdentity,
    eventTime: isoSeconds(time),
    eventSource: operation.source,
    eventName: operation.name,
    awsRegion: place.region,
    sourceIPAddress: caller.sourceIp,
    userAgent: caller.userAgent,
    errorCode: operation.error?.code,
    errorMessage: operation.error?.message,
    requestParameters: operation.request ?? null,
    responseElements: operation.error ? null : (response ?? null),
    additionalEventData: operation.additional,
    requestID: signIn ? undefined : requestID,
    eventID: random.uuid(),
    readOnly: operation.readOnly,
    resources: operation.resources,
    eventType: operation.eventType ?? "AwsApiCall",
    apiVersion: operation.apiVersion,
    managementEvent: operation.category !== "Data",
    recipientAccountId: place.account,
    // Every call of a service by itself carries one in the five-minute sample.
    sharedEventID: sharedEventId ?? (caller.account === null ? random.uuid() : undefined),
    serviceEventDetails: operation.serviceEventDetails,
    vpcEndpointId: caller.vpcEndpointId,
    eventCategory: operation.category ?? "Management",
    tlsDetails:
      caller.direct && operation.eventType !== "AwsServiceEvent"
        ? {
            tlsVersion: "TLSv1.3",
            cipherSuite: "TLS_AES_128_GCM_SHA256",
            clientProvidedHostHeader: operation.host ?? hostOf(operation.source, place.region),
          }
        : undefined,
    sessionCredentialFromConsole: caller.console && !signIn ? "true" : undefined,
  };
}

const S3_ID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GLOBAL_HOSTS = new Set(["iam.amazonaws.com", "organizations.amazonaws.com", "signin.amazonaws.com"]);

const hostOf = (source: string, region: string): string =>
  GLOBAL_HOSTS.has(source) ? source : `${source.slice(0, -".amazonaws.com".length)}.${region}.amazonaws.com`;

/** The same operation, refused. EC2 words it in its own way. */
export function denied(operation: Operation, callerArn: string, resource = "*"): Operation {
  const service = operation.source.slice(0, -".amazonaws.com".length);
  const action = `${service}:${operation.name.replace(/\d{8}(v\d)?$/, "")}`;
  const why = `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  const error =
    service === "ec2"
      ? {
          code: "Client.UnauthorizedOperation",
          message: `You are not authorized to perform this operation. ${why}. Encoded authorization failure message: ${ENCODED}`,
        }
      : { code: "AccessDenied", message: why };
  return { ...operation, error };
}

const ENCODED =
  "IR6a5UerHqSNRaG6OukJPNeI5491_JIkFb25RT_J1nrtwQgwMpzqNUMI_hp2_8c24cTSGTpo2U0GLYd-NMGujZqFeZLEXP62_3r9FeUOwtpcEuQ6FpeTnKPOnpANAhS3";

export const failed = (operation: Operation, code: string, message: string): Operation => ({
  ...operation,
  error: { code, message },
});
