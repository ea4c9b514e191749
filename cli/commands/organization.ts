import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { fetchOrganization as fetchAccounts } from "#adapters/organizations/fetch-organization.ts";
import { withChanges } from "#core/context/dated-changes.ts";
import { type AwsOptions, awsCredentials } from "../aws.ts";

/** Organizations lives in one region, whatever the caller's is; and it throttles hard, hence the attempts. */
const CLIENT = { region: "us-east-1", maxAttempts: 10 };

/** Over a file of an earlier day: accounts that moved or were closed since have it with today's date. */
export async function fetchOrganization(options: AwsOptions & { readonly file: string }): Promise<void> {
  const client = new OrganizationsClient({
    ...CLIENT,
    credentials: await awsCredentials(options),
    endpoint: options.endpointUrl,
  });
  const terminal = process.stderr.isTTY;
  const organization = await fetchAccounts(client, (done, of) => {
    if (terminal) process.stderr.write(`\r${done} of ${of} accounts`);
  });
  const accounts = withChanges(organization, kept(options.file), Date.now());
  writeFileSync(options.file, `${JSON.stringify({ ...organization, accounts }, null, 2)}\n`);
  process.stderr.write(`${terminal ? "\r" : ""}${organization.accounts.length} accounts written to ${options.file}\n`);
}

/** What the file has. One that is broken is written anew, but what it knew of earlier places is lost, which is said. */
function kept(file: string): unknown {
  if (!existsSync(file)) return null;
  const text = readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    process.stderr.write(`${file} was no JSON: where accounts were before today is not known any more\n`);
    return null;
  }
}
