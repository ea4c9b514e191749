import type { SimulatedAccount } from "../organization.ts";
import type { Random } from "../prng.ts";
import { change } from "../records/operations.ts";
import type { Operation } from "../records/record.ts";
import { isoSeconds, MINUTE, type Millis } from "../time.ts";
import type { World } from "../world.ts";
import { administrator, administratorSession } from "./benign.ts";
import { type Played, Scene, type StoryScript } from "./stage.ts";

/** An account is moved to another unit, begins to do what accounts there do, and goes on with what it did. */
export const accountMoved: StoryScript = {
  name: "account-moved",
  kind: "benign",
  play({ world }, random) {
    const account = world.organization.accounts.find(({ move }) => move !== undefined);
    if (!account?.move) return { leftOut: "the organization is too small to have an account that moves" };
    const { at, type } = account.move;
    return ordered(world, random, account, at, {
      name: "account-moved",
      title: `${account.name} is moved from ${account.type} to ${type}`,
      operation: change("organizations", "MoveAccount", {
        accountId: account.id,
        sourceParentId: `ou-${world.organization.rootId.slice(2)}-${random.hex(8)}`,
        destinationParentId: `ou-${world.organization.rootId.slice(2)}-${random.hex(8)}`,
      }),
      note: `from ${isoSeconds(at)} on it is a ${type} account; organization.json has where it was`,
    });
  },
};

/** An account is closed: from then on nothing happens in it. */
export const accountClosed: StoryScript = {
  name: "account-closed",
  kind: "benign",
  play({ world }, random) {
    const account = world.organization.accounts.find(({ closes }) => closes !== undefined);
    if (account?.closes === undefined)
      return { leftOut: "the organization is too small to have an account that closes" };
    return ordered(world, random, account, account.closes, {
      name: "account-closed",
      title: `${account.name} is closed`,
      operation: change("organizations", "CloseAccount", { accountId: account.id }),
      note: `from ${isoSeconds(account.closes)} on it is silent`,
    });
  },
};

interface Order {
  readonly name: string;
  readonly title: string;
  readonly operation: Operation;
  readonly note: string;
}

/** The one call with which it is done, in the management account. */
function ordered(world: World, random: Random, account: SimulatedAccount, at: Millis, order: Order): Played {
  const { management } = world.organization;
  const admin = administrator(world);
  if (!admin) return { leftOut: "nobody administers the organization" };
  const session = administratorSession(random, world, admin, at - 20 * MINUTE);
  const scene = new Scene(random);
  scene.blame(session);
  scene.call(session, { account: management.id, region: "us-east-1" }, at, order.operation);
  const story = scene.tell({
    name: order.name,
    kind: "benign",
    title: order.title,
    accounts: [account, management],
    regions: ["us-east-1"],
    measures: {},
    note: order.note,
  });
  return { story, events: scene.events };
}
