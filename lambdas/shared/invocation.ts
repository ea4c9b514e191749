/** The part of Lambda's context that handlers use. */
export interface Invocation {
  readonly functionName: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}
