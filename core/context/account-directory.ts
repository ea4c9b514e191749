import type { AccountContext, AccountPlace } from "../domain/account.ts";
import type { AccountDirectory } from "../ports/account-directory.ts";
import { type AccountTraits, accountType, tagValue } from "./account-type.ts";
import type { ContextConfig } from "./config.ts";
import { readOrganizationFile } from "./organization-file.ts";

/**
 * The accounts of an organization file: what `aws organizations list-accounts` answers (with `Tags`, `Paths`,
 * `Organization` and `OrganizationalUnits` beside it, where there are), what `trailwatch organization fetch` writes, or a
 * plain list of accounts. Throws TrailwatchError `ORGANIZATION_INVALID`, naming account and field.
 */
export function parseOrganization(json: unknown, config: ContextConfig): AccountDirectory {
  const { organizationId, managementAccountId, accounts } = readOrganizationFile(json);
  const contexts = accounts.map((listed): AccountContext => {
    const placed = ({ ouPath, ...traits }: Omit<AccountTraits, "id">): AccountPlace => ({
      type: accountType({ id: listed.id, ouPath, ...traits }, managementAccountId, config.accountTypes),
      ouPath,
    });
    const earlier = listed.earlier.map(({ until, ...was }) => ({ ...placed(was), until }));
    return {
      id: listed.id,
      alias: listed.name,
      ...placed(listed),
      costCenter: tagValue(listed.tags, config.costCenterTags),
      owner: tagValue(listed.tags, config.ownerTags),
      tags: listed.tags,
      known: true,
      ...(earlier.length === 0 ? {} : { earlier }),
      ...(listed.closedAt === undefined ? {} : { closedAt: listed.closedAt }),
    };
  });
  return directoryOf(contexts, organizationId);
}

const unlisted = (id: string): AccountContext => ({
  id,
  alias: id,
  type: "unknown",
  ouPath: null,
  costCenter: null,
  owner: null,
  tags: {},
  known: false,
});

/** Accounts that are not listed are made up once each, up to this many. */
const MAX_REMEMBERED = 10_000;

/** @param contexts sorted by id, each id once */
function directoryOf(contexts: readonly AccountContext[], organizationId: string | null): AccountDirectory {
  const byId = new Map(contexts.map((context) => [context.id, context]));
  const others = new Map<string, AccountContext>();
  return {
    organizationId,
    accounts: () => contexts,
    account(id) {
      const known = byId.get(id) ?? others.get(id);
      if (known) return known;
      const context = unlisted(id);
      if (others.size < MAX_REMEMBERED) others.set(id, context);
      return context;
    },
  };
}
