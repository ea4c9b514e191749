import { TrailwatchError } from "../../domain/errors.ts";
import { DEFAULT_STAGE } from "./schema.ts";

/** Parts of a deployment, a stack each, in the order in which they are deployed. */
export const STACKS = ["State", "Trail", "Search", "Pipeline", "Accounts"] as const;
export type StackPart = (typeof STACKS)[number];

/** Names that people's runbooks use. The default stage has them as they are; every other one with its name at the end. */
export class Names {
  readonly #suffix: string;

  constructor(stage: string) {
    this.#suffix = stage === DEFAULT_STAGE ? "" : `-${stage}`;
  }

  /** `of("MultiAccountLogsFunction")` is `MultiAccountLogsFunction-staging`. */
  of(base: string): string {
    return `${base}${this.#suffix}`;
  }

  /** `Trailwatch-State`, `Trailwatch-State-staging`. */
  stack(part: StackPart): string {
    return this.of(`Trailwatch-${part}`);
  }

  /** A log group of ours that belongs to no function. */
  logGroup(part: string): string {
    return `/trailwatch/${this.of(part)}`;
  }

  /** `org-trail-trailwatch`; the prefix is what the doctor looks for. */
  trail(isOrganization: boolean): string {
    return this.of(isOrganization ? `${ORGANIZATION_TRAIL_PREFIX}trailwatch` : "account-trail-trailwatch");
  }

  /** Of the StackSet that lays AnomalyDetectorReadRole in every account. */
  get readRoleStackSet(): string {
    return this.of("trailwatch-read-role");
  }

  /** What names of indices begin with; the default stage's with nothing. */
  get namespace(): string {
    return this.#suffix === "" ? "" : `${this.#suffix.slice(1)}-`;
  }

  get domain(): string {
    return this.of("trailwatch");
  }
}

/** What names of organization trails begin with, ours and those that people made for the same purpose. */
export const ORGANIZATION_TRAIL_PREFIX = "org-trail-";

const STACK = new RegExp(`^Trailwatch(?:-(?:${STACKS.join("|")}))?(?:-([a-z][a-z0-9-]{0,11}))?$`);

/**
 * The stage that a stack belongs to, by the name of any of its stacks, or of all together: `Trailwatch`,
 * `Trailwatch-staging`, `Trailwatch-Pipeline-staging`. Throws TrailwatchError `USAGE`.
 */
export function stageOfStack(name: string): string {
  const match = STACK.exec(name);
  if (match) return match[1] ?? DEFAULT_STAGE;
  throw new TrailwatchError(
    "USAGE",
    `--stack ${name} is no stack of Trailwatch`,
    "Name it Trailwatch, Trailwatch-<stage>, or as one of its stacks: Trailwatch-Pipeline, Trailwatch-Pipeline-<stage>.",
  );
}
