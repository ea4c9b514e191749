import { DEFAULT_STAGE } from "#core/config/deployment/index.ts";

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
  stack(part: string): string {
    return this.of(`Trailwatch-${part}`);
  }

  /** A log group of ours that belongs to no function. */
  logGroup(part: string): string {
    return `/trailwatch/${this.of(part)}`;
  }

  /** `org-trail-trailwatch`; the prefix is what the doctor looks for. */
  trail(isOrganization: boolean): string {
    return this.of(isOrganization ? "org-trail-trailwatch" : "account-trail-trailwatch");
  }

  /** What names of indices begin with; the default stage's with nothing. */
  get namespace(): string {
    return this.#suffix === "" ? "" : `${this.#suffix.slice(1)}-`;
  }

  get domain(): string {
    return this.of("trailwatch");
  }
}
