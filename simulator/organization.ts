import type { AccountType } from "./account-type.ts";
import { CLOSE_AT, DEFAULT_START, MOVE_AT, NEW_ACCOUNT_AT } from "./parameters.ts";
import { Random } from "./prng.ts";
import { DAY, HOUR, type Millis } from "./time.ts";

export interface SimulatedAccount {
  readonly id: string;
  readonly name: string;
  readonly type: AccountType;
  /** Names from below the root: `["Workloads", "Production"]`. */
  readonly ou: readonly string[];
  /** When its first event can happen: the start of the span, but for the account that is new. */
  readonly since: Millis;
  readonly isNew: boolean;
  /** When it is moved to another unit, where it begins to do what accounts there do; it goes on with what it did. */
  readonly move?: { readonly at: Millis; readonly type: AccountType };
  /** When it is closed: nothing happens in it any more. */
  readonly closes?: Millis;
  readonly homeRegion: string;
  readonly costCenter: string;
  readonly owner: string;
}

export interface Organization {
  readonly id: string;
  readonly rootId: string;
  readonly management: SimulatedAccount;
  readonly accounts: readonly SimulatedAccount[];
}

interface Plan {
  readonly name: string;
  readonly type: AccountType;
  readonly region?: string;
}

/** In the order in which a growing organization gets them: the first N are taken. */
const PLANS: readonly Plan[] = [
  { name: "prod-main", type: "production", region: "eu-west-1" },
  { name: "dev-apps", type: "development", region: "eu-west-1" },
  { name: "staging-main", type: "staging", region: "eu-west-1" },
  { name: "management", type: "management" },
  { name: "shared-services", type: "shared-services" },
  { name: "prod-data", type: "production" },
  { name: "security-audit", type: "security" },
  { name: "sandbox-ml", type: "sandbox" },
  { name: "dev-platform", type: "development" },
  { name: "log-archive", type: "security" },
  { name: "staging-data", type: "staging" },
];

const NEWCOMER: Plan = { name: "dev-payments", type: "development" };
/** Below this many accounts the organization has no newcomer. */
const NEWCOMER_FROM = 6;
const MORE = [
  "edge",
  "orders",
  "search",
  "billing",
  "mobile",
  "partners",
  "reports",
  "fraud",
  "media",
  "catalog",
] as const;
const MORE_TYPES: readonly (readonly [string, AccountType])[] = [
  ["prod", "production"],
  ["dev", "development"],
  ["staging", "staging"],
  ["sandbox", "sandbox"],
];

const OUS: Readonly<Record<AccountType, readonly string[]>> = {
  management: [],
  security: ["Security"],
  "shared-services": ["Infrastructure"],
  production: ["Workloads", "Production"],
  staging: ["Workloads", "Staging"],
  development: ["Workloads", "Development"],
  sandbox: ["Sandbox"],
};

/** Regions where an account may live; the rest of the world is where none of them ever worked. */
const HOME_REGIONS = ["eu-west-1", "eu-west-1", "eu-west-1", "eu-central-1"] as const;

/** Of an organization that reorganizes: which accounts move and close, and at what share of the span. */
const MOVING = { name: "dev-platform", type: "staging", at: MOVE_AT } as const;
const CLOSING = { name: "staging-data", at: CLOSE_AT } as const;

/**
 * `count` accounts, the same for the same seed; the newcomer is the last one. Throws RangeError below one account.
 * @param reorganizes whether accounts move and close
 */
export function makeOrganization(
  seed: number,
  count: number,
  start: Millis,
  days: number,
  reorganizes = false,
): Organization {
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`an organization needs at least one account, not ${count}`);
  const random = new Random(`${seed}/organization`);
  const id = `o-${random.letters(10, "abcdefghijklmnopqrstuvwxyz0123456789")}`;
  const rootId = `r-${random.letters(4, "abcdefghijklmnopqrstuvwxyz0123456789")}`;
  const plans = plansFor(count);
  const used = new Set<string>();
  const accounts = plans.map((plan) => {
    const own = new Random(`${seed}/organization/${plan.name}`);
    const isNew = plan === NEWCOMER;
    const share = own.between(NEW_ACCOUNT_AT.low, NEW_ACCOUNT_AT.high);
    const region = own.pick(HOME_REGIONS);
    const morningAt = (part: number): Millis => start + Math.floor(days * part) * DAY + 10 * HOUR;
    return {
      id: accountId(own, used),
      name: plan.name,
      type: plan.type,
      ou: OUS[plan.type],
      since: isNew ? start + Math.floor(days * share) * DAY + 9 * HOUR : start,
      isNew,
      ...(reorganizes && plan.name === MOVING.name ? { move: { at: morningAt(MOVING.at), type: MOVING.type } } : {}),
      ...(reorganizes && plan.name === CLOSING.name ? { closes: morningAt(CLOSING.at) } : {}),
      homeRegion: plan.region ?? region,
      costCenter: `CC-${own.int(10, 99)}${own.int(10, 99)}`,
      owner: own.pick(["payments", "platform", "data", "apps", "security"] as const),
    };
  });
  const management = accounts.find((account) => account.type === "management") ?? accounts[0];
  if (!management) throw new RangeError("an organization needs at least one account");
  return { id, rootId, management, accounts };
}

function plansFor(count: number): Plan[] {
  const newcomers = count >= NEWCOMER_FROM ? [NEWCOMER] : [];
  const plans = PLANS.slice(0, count - newcomers.length);
  for (let i = 0; plans.length + newcomers.length < count; i++) {
    const [prefix, type] = MORE_TYPES[i % MORE_TYPES.length] as readonly [string, AccountType];
    const round = Math.floor(i / MORE_TYPES.length);
    const suffix = round < MORE.length ? "" : `-${Math.floor(round / MORE.length) + 1}`;
    plans.push({ name: `${prefix}-${MORE[round % MORE.length]}${suffix}`, type });
  }
  return [...plans, ...newcomers];
}

function accountId(random: Random, used: Set<string>): string {
  for (;;) {
    const id = `${random.int(1, 9)}${random.letters(11, "0123456789")}`;
    if (used.has(id)) continue;
    used.add(id);
    return id;
  }
}

/** What the Organizations API answers for this organization: DescribeOrganization, ListRoots, OUs, ListAccounts with tags. */
export function organizationJson(organization: Organization, seed: number): object {
  const { id, rootId, management } = organization;
  const units = new Map<string, { Id: string; Arn: string; Name: string; ParentId: string; Path: string }>();
  const pathOf = (names: readonly string[]): string => {
    let parent = rootId;
    let path = `${id}/${rootId}/`;
    for (let depth = 1; depth <= names.length; depth++) {
      const key = names.slice(0, depth).join("/");
      let unit = units.get(key);
      if (!unit) {
        const unitId = `ou-${rootId.slice(2)}-${new Random(`${seed}/ou/${key}`).letters(8, "abcdefghijklmnopqrstuvwxyz0123456789")}`;
        unit = {
          Id: unitId,
          Arn: `arn:aws:organizations::${management.id}:ou/${id}/${unitId}`,
          Name: names[depth - 1] ?? "",
          ParentId: parent,
          Path: `${path}${unitId}/`,
        };
        units.set(key, unit);
      }
      parent = unit.Id;
      path = unit.Path;
    }
    return path;
  };
  const accounts = organization.accounts.map((account) => ({
    Id: account.id,
    Arn: `arn:aws:organizations::${management.id}:account/${id}/${account.id}`,
    Email: `aws+${account.name}@example.com`,
    Name: account.name,
    Status: account.closes === undefined ? "ACTIVE" : "SUSPENDED",
    State: account.closes === undefined ? "ACTIVE" : "SUSPENDED",
    Paths: [pathOf(account.move ? OUS[account.move.type] : account.ou)],
    JoinedMethod: account === management ? "INVITED" : "CREATED",
    JoinedTimestamp: new Date(account.isNew ? account.since : DEFAULT_START - 900 * DAY).toISOString(),
    Tags: tagsOf(account, account.move?.type ?? account.type),
    ...changesOf(account, pathOf),
  }));
  return {
    Organization: {
      Id: id,
      Arn: `arn:aws:organizations::${management.id}:organization/${id}`,
      FeatureSet: "ALL",
      MasterAccountId: management.id,
    },
    Roots: [{ Id: rootId, Arn: `arn:aws:organizations::${management.id}:root/${id}/${rootId}`, Name: "Root" }],
    OrganizationalUnits: [...units.values()],
    Accounts: accounts,
  };
}

const tagsOf = (account: SimulatedAccount, type: AccountType): object[] => [
  { Key: "cost-center", Value: account.costCenter },
  { Key: "owner", Value: account.owner },
  { Key: "environment", Value: type },
];

/** What the API does not answer, and who looked at it before knows: where an account was, and since when it is closed. */
function changesOf(account: SimulatedAccount, pathOf: (names: readonly string[]) => string): object {
  const { move, closes, type, ou } = account;
  const earlier = move && [
    { until: new Date(move.at).toISOString(), Paths: [pathOf(ou)], Tags: tagsOf(account, type) },
  ];
  return {
    ...(earlier ? { earlier } : {}),
    ...(closes === undefined ? {} : { closedAt: new Date(closes).toISOString() }),
  };
}
