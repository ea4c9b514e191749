import type { Severity } from "../../domain/finding.ts";
import type { EventFilter } from "../../domain/signal.ts";
import { type EpochMs, HOUR } from "../../domain/time.ts";
import type { EventMark } from "../../domain/usage-event.ts";

/**
 * What is dangerous without any history: knowledge about AWS, as data. What an organization forbids for itself is a
 * policy, not a rule here. docs/incidents.md lists the rules with their reasons.
 */
export interface DangerRule {
  /** Findings carry it as `danger/<id>`. */
  readonly id: string;
  readonly title: string;
  readonly filter: EventFilter;
  /** Who it must be; absent for anybody but AWS's own services, which no rule is about. */
  readonly who?: Who;
  readonly when?: Condition;
  /** Actions that the filter would take in and the rule does not mean. */
  readonly except?: readonly string[];
  /** So much by one principal in one account within {@link window}. */
  readonly atLeast: number;
  readonly counted: "events" | "resources" | "secrets";
  readonly window: EpochMs;
  readonly severity: Severity;
  readonly reason: string;
  /** Rules that say more about the same event: where one of them holds, this one is silent. */
  readonly unless?: readonly string[];
  /** Everyday work in development and sandbox accounts, where it is at most low. */
  readonly ordinaryInDevelopment?: boolean;
  /** A routine of the same principal from the same network is at most info; false where it is dangerous however often it is done. */
  readonly routineExcuses: boolean;
}

export type Who =
  /** Root, users, federated users, roles of Identity Center and roles assumed with MFA. */
  | "people"
  /** Any other role. */
  | "machines"
  /** Root, users and tokens made from their keys: credentials that last. */
  | "long-lived"
  /** Who signs in with a password that AWS keeps. */
  | "passwords";

/** What an {@link EventFilter} cannot say. */
export type Condition =
  /** Shared with, or trusting, an account that is neither in the organization nor in the logs. */
  | "with-outside-account"
  /** What was changed belongs to somebody else than the caller. */
  | "for-somebody-else"
  /** AWS's own quarantine policy, which AWS attaches to keys that it found published. */
  | "quarantine-policy"
  /** What cannot be made again, or is grave by the table of action risks. */
  | "grave"
  /** An instance type with GPUs, AI accelerators or FPGAs was asked for. */
  | "accelerated-type"
  /** Root's own: no user is named. */
  | "for-root"
  | "by-root"
  /** A user agent of a tool that looks for leaked keys. Chosen by the caller: reason to look, never to trust. */
  | "leaked-key-scanner";

export const SUCCESS: EventFilter = { outcomes: ["success"] };
export const marked = (...marks: EventMark[]): EventFilter => ({ ...SUCCESS, marks });
export const done = (...actions: string[]): EventFilter => ({ ...SUCCESS, actions });

export const once = { atLeast: 1, counted: "events", window: HOUR } as const;
