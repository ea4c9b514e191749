import { negativeBinomial } from "../distributions.ts";
import type { SimulatedAccount } from "../organization.ts";
import { DEMAND, DISPERSION, PEOPLE } from "../parameters.ts";
import { type Person, type PersonSessions, personSession } from "../people.ts";
import type { Random } from "../prng.ts";
import { assumeRoleWithSaml, consoleLogin } from "../records/identity.ts";
import { type Caller, denied, type Operation } from "../records/record.ts";
import { DAY, HOUR, isWeekend, MINUTE, type Millis, SECOND } from "../time.ts";
import { GLOBAL_REGION, type Process, Recorder, type Sink, type World } from "../world.ts";
import { habitualWrites, READS, tryableService } from "./habits.ts";

/** One person's days: signs in, looks around, changes a little, is sometimes denied. */
export function personDays(world: World, person: Person, sink: Sink): Process {
  const random = world.random(`person/${person.email}`);
  const log = new Recorder(random, sink);
  const favourites = random.shuffled(READS).slice(0, 14);
  const habits = habitualWrites(random, person);
  return (day) => {
    const present = isWeekend(day) ? PEOPLE.presentWeekend : PEOPLE.present;
    // Drawn before anything can return, so that a person's days do not depend on when they joined.
    const works = random.chance(present);
    if (!works || day + DAY <= person.since) return;
    const atHome = random.chance(0.35);
    const account = workplace(random, person, day);
    const start = day + Math.round((7 + random.float() * 2.5) * HOUR);
    if (!account || start < person.since) return;
    const session = signIn(log, world, person, account, start, atHome);
    const calls = negativeBinomial(random, PEOPLE.callsPerDay, DISPERSION.people);
    for (let i = 0; i < calls; i++) {
      const time = workingTime(random, day, start);
      const act = random.float();
      if (act < PEOPLE.writeShare && habits.length > 0) {
        const [service, command, make] = random.pick(habits);
        const write = make(random, account, time);
        if (write) record(log, person, session, account, service, command, time, write);
      } else {
        const [service, action, command] = random.pick(favourites);
        const operation: Operation = {
          source: `${service}.amazonaws.com`,
          name: action,
          readOnly: true,
          request: null,
        };
        const refused = act > 1 - PEOPLE.deniedShare;
        record(
          log,
          person,
          session,
          account,
          service,
          command,
          time,
          refused ? denied(operation, session.console.arn) : operation,
        );
      }
    }
    if (random.chance(0.004) && (account.type === "development" || account.type === "sandbox")) {
      const time = workingTime(random, day, start);
      const [service, operation] = tryableService(random);
      record(log, person, session, account, service, `${service}.${operation.name}`, time, operation);
    }
  };
}

function workplace(random: Random, person: Person, day: Millis): SimulatedAccount | undefined {
  const open = person.accounts.filter((account) => account.since <= day);
  return open.length > 1 && random.chance(0.25) ? random.pick(open.slice(1)) : open[0];
}

function workingTime(random: Random, day: Millis, start: Millis): Millis {
  const hour = random.weighted(
    DEMAND.office.map((share, index) => [index, index < 7 || index > 19 ? 0 : share] as const),
  );
  const time = day + hour * HOUR + random.int(0, HOUR - 1);
  return time > start + MINUTE ? time : start + MINUTE + random.int(0, 30 * MINUTE);
}

function record(
  log: Recorder,
  person: Person,
  session: PersonSessions,
  account: SimulatedAccount,
  service: string,
  command: string,
  time: Millis,
  operation: Operation,
): void {
  const caller = person.prefersConsole ? session.console : session.cli(command);
  const region = service === "iam" ? GLOBAL_REGION : account.homeRegion;
  log.call(caller, { account: account.id, region }, time, operation);
}

/** Identity Center's own records in the management account, then the role session in the target. */
function signIn(
  log: Recorder,
  world: World,
  person: Person,
  account: SimulatedAccount,
  time: Millis,
  atHome: boolean,
): PersonSessions {
  const { random } = log;
  const { management } = world.organization;
  const sourceIp = atHome ? person.homeIp : person.officeIp;
  const portal: Caller = {
    account: management.id,
    sourceIp,
    userAgent: person.browser,
    direct: true,
    userIdentity: {
      type: "IdentityCenterUser",
      accountId: management.id,
      onBehalfOf: {
        userId: person.userId,
        identityStoreArn: `arn:aws:identitystore::${management.id}:identitystore/d-9367${world.organization.rootId.slice(2)}00`,
      },
      credentialId: random.uuid(),
    },
  };
  const central = { account: management.id, region: "eu-west-1" };
  const serviceEvent = (source: string, name: string, details: Operation["serviceEventDetails"]): Operation => ({
    source,
    name,
    readOnly: false,
    eventVersion: "1.10",
    eventType: "AwsServiceEvent",
    serviceEventDetails: details,
  });
  log.call(portal, central, time, {
    ...serviceEvent("signin.amazonaws.com", "UserAuthentication", { UserAuthentication: "Success" }),
    additional: {
      AuthWorkflowID: random.uuid(),
      CredentialType: "TOTP",
      LoginTo: "https://portal.sso.eu-west-1.amazonaws.com",
    },
  });
  log.call(
    portal,
    central,
    time + 8 * SECOND,
    serviceEvent("sso.amazonaws.com", person.prefersConsole ? "Federate" : "GetRoleCredentials", {
      role_name: person.permissionSet,
      account_id: account.id,
    }),
  );
  const session = personSession(random, world.seed, person, account, time + 9 * SECOND, atHome);
  const provider = `arn:aws:iam::${account.id}:saml-provider/AWSSSO_${session.console.role.id.slice(4, 20)}_DO_NOT_DELETE`;
  const saml: Caller = {
    account: account.id,
    sourceIp,
    userAgent:
      "aws-internal/3 aws-sdk-java/1.12.770 Linux/5.10.226 OpenJDK_64-Bit_Server_VM/25.422-b05 java/1.8.0_422 vendor/Oracle_Corporation cfg/retry-mode/standard",
    direct: false,
    userIdentity: {
      type: "SAMLUser",
      principalId: `${random.hex(28)}:${person.email}`,
      userName: person.email,
      identityProvider: random.hex(28),
    },
  };
  log.call(
    saml,
    { account: account.id, region: account.homeRegion },
    time + 9 * SECOND,
    assumeRoleWithSaml(random, session.console, provider, time + 9 * SECOND, PEOPLE.sessionHours),
  );
  if (person.prefersConsole) {
    const { userIdentity } = session.console;
    log.call(
      { ...session.console, userIdentity: { ...userIdentity, accessKeyId: undefined } },
      { account: account.id, region: account.homeRegion },
      time + 10 * SECOND,
      consoleLogin(account.homeRegion),
    );
  }
  return session;
}
