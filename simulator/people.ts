import { type Role, type RoleSession, role, roleSession } from "./callers.ts";
import type { Organization, SimulatedAccount } from "./organization.ts";
import { PEOPLE } from "./parameters.ts";
import { Random } from "./prng.ts";
import type { Millis } from "./time.ts";
import { CLIS, cliAgent, userAgents } from "./user-agents.ts";

/** Networks of people. 198.18.0.0/15 is reserved for benchmarks (RFC 2544), so that nobody real is named. */
export const OFFICE_NETWORK = "198.18.4";
/** The runners of the Terraform pipeline leave through one address. */
export const TERRAFORM_IP = "52.208.17.90";

export interface Person {
  readonly email: string;
  readonly permissionSet: "AdministratorAccess" | "DeveloperAccess" | "ReadOnlyAccess";
  /** The account worked in most comes first. */
  readonly accounts: readonly SimulatedAccount[];
  readonly prefersConsole: boolean;
  readonly browser: string;
  readonly cli: readonly [string, string];
  readonly officeIp: string;
  readonly homeIp: string;
  /** First day of work: the span's start, but for those who join. */
  readonly since: Millis;
  readonly userId: string;
}

const FIRST = [
  "ana",
  "ben",
  "chen",
  "dara",
  "emil",
  "fay",
  "gus",
  "hana",
  "ivo",
  "jun",
  "kai",
  "lena",
  "milo",
  "nora",
  "omar",
  "pia",
  "quin",
  "rosa",
  "sam",
  "tove",
  "uma",
  "vik",
  "wren",
  "yara",
  "zoe",
] as const;
const LAST = [
  "lima",
  "ortiz",
  "wei",
  "novak",
  "berg",
  "costa",
  "diaz",
  "ito",
  "khan",
  "moreau",
  "olsen",
  "park",
  "rossi",
  "singh",
  "varga",
] as const;

export function makePeople(seed: number, organization: Organization, start: Millis, joins: Millis): readonly Person[] {
  const random = new Random(`${seed}/people`);
  const workplaces = organization.accounts.filter((account) => account.type !== "management" && !account.isNew);
  const newcomer = organization.accounts.find((account) => account.isNew);
  const count = Math.max(3, Math.round(organization.accounts.length * PEOPLE.perAccount));
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const email = freeEmail(random, taken);
    const home = workplaces[index % workplaces.length] ?? organization.management;
    const others = random
      .shuffled(workplaces.filter((account) => account !== home && account.type !== "security"))
      .slice(0, random.int(0, 2));
    const isPlatform = home.type === "shared-services" || index < 3;
    const admins = isPlatform ? [organization.management] : [];
    return {
      email,
      permissionSet: isPlatform
        ? "AdministratorAccess"
        : random.weighted([
            ["DeveloperAccess", 5],
            ["ReadOnlyAccess", 1],
          ] as const),
      accounts: [home, ...others, ...(newcomer && home.type === "development" ? [newcomer] : []), ...admins],
      prefersConsole: random.chance(PEOPLE.consoleShare),
      browser: userAgents.console(random),
      cli: random.pick(CLIS),
      officeIp: `${OFFICE_NETWORK}.${random.int(2, 250)}`,
      homeIp: `198.18.${random.int(16, 250)}.${random.int(2, 250)}`,
      // The last two on the list are the ones who join in the middle.
      since: index >= count - Math.min(2, Math.floor(count / 6)) ? joins : start,
      userId: `${random.hex(10)}-${random.uuid()}`,
    };
  });
}

function freeEmail(random: Random, taken: Set<string>): string {
  for (let tries = 0; ; tries++) {
    const email = `${random.pick(FIRST)}.${random.pick(LAST)}${tries > 40 ? random.int(2, 99) : ""}@example.com`;
    if (taken.has(email)) continue;
    taken.add(email);
    return email;
  }
}

/** The role that IAM Identity Center keeps in an account for a permission set. */
export function permissionSetRole(seed: number, account: string, permissionSet: string): Role {
  const suffix = new Random(`${seed}/permission-set/${account}/${permissionSet}`).hex(16);
  return role(seed, account, `AWSReservedSSO_${permissionSet}_${suffix}`, "/aws-reserved/sso.amazonaws.com/eu-west-1/");
}

export interface PersonSessions {
  readonly console: RoleSession;
  readonly cli: (command: string) => RoleSession;
}

/** A person's work session in an account: the same credentials in the browser, and in the terminal with one agent a command. */
export function personSession(
  random: Random,
  seed: number,
  person: Person,
  account: SimulatedAccount,
  since: Millis,
  atHome: boolean,
): PersonSessions {
  const of = permissionSetRole(seed, account.id, person.permissionSet);
  const options = { session: person.email, since, sourceIp: atHome ? person.homeIp : person.officeIp };
  const console = roleSession(random, of, { ...options, userAgent: person.browser, console: true });
  return {
    console,
    cli: (command) => ({ ...console, console: false, userAgent: cliAgent(person.cli[0], person.cli[1], command) }),
  };
}
