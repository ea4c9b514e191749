import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface OrganizationsServerFake {
  readonly url: string;
  /** Accounts by id, each with the name of the unit below the root that it is in. */
  readonly accounts: Map<string, string>;
  close(): Promise<void>;
}

const ROOT = "r-1abc";
const unitId = (name: string): string => `ou-1abc-${name.toLowerCase().padEnd(8, "0")}`;

/** What `organization fetch` asks of AWS Organizations, over accounts that a test moves. */
export async function organizationsServer(
  accounts: Readonly<Record<string, string>>,
): Promise<OrganizationsServerFake> {
  const units = new Map(Object.entries(accounts));
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = JSON.parse(Buffer.concat(chunks).toString() || "{}") as { readonly ParentId?: string };
    const operation = String(request.headers["x-amz-target"]).replace("AWSOrganizationsV20161128.", "");
    const answer = answerTo(operation, asked.ParentId ?? "", units);
    response.writeHead(answer === null ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(answer ?? { __type: "UnsupportedAPIEndpointException" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accounts: units,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function answerTo(operation: string, parent: string, units: ReadonlyMap<string, string>): object | null {
  const account = (id: string) => ({ Id: id, Name: `account-${id}`, State: "ACTIVE" });
  switch (operation) {
    case "DescribeOrganization":
      return { Organization: { Id: "o-abcdefghij", MasterAccountId: [...units.keys()][0] } };
    case "ListAccounts":
      return { Accounts: [...units.keys()].map(account) };
    case "ListRoots":
      return { Roots: [{ Id: ROOT, Name: "Root" }] };
    case "ListOrganizationalUnitsForParent": {
      const below = parent === ROOT ? [...new Set(units.values())] : [];
      return { OrganizationalUnits: below.map((name) => ({ Id: unitId(name), Name: name })) };
    }
    case "ListAccountsForParent":
      return { Accounts: [...units].filter(([, unit]) => unitId(unit) === parent).map(([id]) => account(id)) };
    case "ListTagsForResource":
      return { Tags: [] };
    default:
      return null;
  }
}
