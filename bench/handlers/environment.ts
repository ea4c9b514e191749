/**
 * What Lambda and the deployment would set, for every function: a function does not mind what is another's. Nothing of
 * it is reached.
 */
export const environment = (): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: "--enable-source-maps",
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  AWS_LAMBDA_FUNCTION_NAME: "BenchmarkFunction",
  OPENSEARCH_ENDPOINT: "http://127.0.0.1:9",
  DATA_BUCKET: "data-111122223333",
  STATE_TABLE: "state",
  FINDINGS_TABLE: "findings",
  INCIDENTS_TABLE: "incidents",
  ALERT_TOPIC_ARN: "arn:aws:sns:eu-west-1:111122223333:alerts",
  ACCOUNT_ID: "111122223333",
  ORGANIZATIONS_REGION: "us-east-1",
  TARGET_FUNCTION: "MultiAccountLogsFunction",
});
