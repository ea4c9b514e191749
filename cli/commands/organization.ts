import { readFileSync, statSync } from "node:fs";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { fetchOrganization as fetchAccounts } from "#adapters/organizations/fetch-organization.ts";
import { withChanges } from "#core/context/dated-changes.ts";
import { organizationIdIn } from "#core/context/organization-file.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type AwsOptions, awsCredentials } from "../aws.ts";
import { replaceFile } from "../replace-file.ts";

/** Organizations lives in one region, whatever the caller's is; and it throttles hard, hence the attempts. */
const CLIENT = { region: "us-east-1", maxAttempts: 10 };

/**
 * Over a file of an earlier day: accounts that moved or were closed since have it with today's date. Rejects with
 * TrailwatchError `USAGE`, and leaves the file as it is, where it is of another organization or cannot be written.
 */
export async function fetchOrganization(options: AwsOptions & { readonly file: string }): Promise<void> {
  const client = new OrganizationsClient({
    ...CLIENT,
    credentials: await awsCredentials(options),
    endpoint: options.endpointUrl,
  });
  const terminal = process.stderr.isTTY;
  const before = kept(options.file);
  const organization = await fetchAccounts(client, {
    onOrganization: (id) => refuseAnother(options.file, organizationIdIn(before), id),
    onAccount: (done, of) => {
      if (terminal) process.stderr.write(`\r${done} of ${of} accounts`);
    },
  });
  const accounts = withChanges(organization, before, Date.now());
  write(options.file, `${JSON.stringify({ ...organization, accounts }, null, 2)}\n`);
  process.stderr.write(`${terminal ? "\r" : ""}${organization.accounts.length} accounts written to ${options.file}\n`);
}

/** What the file has. One that is broken is written anew, but what it knew of earlier places is lost, which is said. */
function kept(file: string): unknown {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  const text = readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    process.stderr.write(`${file} was no JSON: where accounts were before today is not known any more\n`);
    return null;
  }
}

/** What it knows of earlier places is known nowhere else. */
function refuseAnother(file: string, kept: string | null, fetched: string | null): void {
  if (kept === null || fetched === null || kept === fetched) return;
  throw new TrailwatchError(
    "USAGE",
    `${file} is of organization ${kept}; what would be written is of ${fetched}`,
    `Name another file with --file, or delete this one. For ${kept}, name its credentials with --profile or --role-arn.`,
  );
}

function write(file: string, text: string): void {
  try {
    replaceFile(file, text);
  } catch (cause) {
    throw new TrailwatchError(
      "USAGE",
      `cannot write ${file}: ${(cause as Error).message}`,
      "With --file, name one on a disk with room for it, in a folder that can be written: it is written beside the old one first.",
      { cause },
    );
  }
}
