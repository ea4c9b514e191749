import type { AccountContext } from "../domain/account.ts";
import type { Evidence, Incident } from "../domain/incident.ts";
import type { Notice } from "../ports/notifier.ts";
import { escapeInvisible } from "./json-text.ts";

/** What a machine is told: the incident as the command line's JSON has it, without what only inquiry needs. */
interface MachineNotice extends Omit<Incident, "accounts" | "findings" | "evidence">, Form {
  readonly accounts: readonly Omit<AccountContext, "tags">[];
  /** Without facets: who, with what and from where, counted, is in the incident itself. */
  readonly findings: readonly unknown[];
  readonly evidence: readonly Pick<Evidence, "id" | "statement" | "eventIds">[];
}

interface Form {
  readonly kind: "incident";
  /** Of this form; raised when a field goes or changes its meaning. */
  readonly version: 1;
  readonly occasion: Notice["occasion"];
  /** What there was no room for, in words: ask for the incident by its id. Empty where all is here. */
  readonly leftOut: readonly string[];
}

/** Accounts or findings where there is room for little. */
const FEW = 50;

/**
 * An incident as JSON text that `fits`. What is left out to that end is named, the least needed first: evidence, ids of
 * events, findings. Where even that is too long the identity and the severity remain, which take a few kilobytes.
 */
export function machineText(notice: Notice, fits: (json: string) => boolean): string {
  for (const form of forms(notice)) {
    const json = escapeInvisible(JSON.stringify(form));
    if (fits(json)) return json;
  }
  return escapeInvisible(JSON.stringify(identity(notice)));
}

function* forms({ incident, occasion }: Notice): Generator<MachineNotice> {
  const { accounts, findings, evidence, ...rest } = incident;
  const whole: MachineNotice = {
    kind: "incident",
    version: 1,
    occasion,
    ...rest,
    accounts: accounts.map(({ tags: _, ...account }) => account),
    findings: findings.map(({ facets: _, ...finding }) => finding),
    evidence: evidence.map(({ id, statement, eventIds }) => ({ id, statement, eventIds })),
    leftOut: [],
  };
  yield whole;
  const leftOut = [`${evidence.length} pieces of evidence`];
  yield { ...whole, evidence: [], leftOut };
  leftOut.push("ids of events");
  yield { ...whole, evidence: [], eventIds: [], leftOut };
  for (const kept of [FEW, 0]) {
    const gone = Math.max(0, findings.length - kept);
    const less = { evidence: [], eventIds: [], findings: whole.findings.slice(0, kept) };
    yield { ...whole, ...less, leftOut: [...leftOut, `${gone} findings`] };
  }
}

function identity({ incident, occasion }: Notice): Form & Record<string, unknown> {
  const { id, revision, state, severity, accounts } = incident;
  return {
    kind: "incident",
    version: 1,
    occasion,
    id,
    revision,
    state,
    severity,
    accounts: accounts.slice(0, FEW).map((account) => ({ id: account.id })),
    leftOut: ["everything else"],
  };
}
