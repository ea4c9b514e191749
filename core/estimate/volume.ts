import { counted, grouped } from "../messages/format.ts";

/** What comes in, as far as cost depends on it. */
export interface EventVolume {
  readonly accounts: number;
  /** Pairs of an account and a region in which anything happens: CloudTrail writes files for each, counts are kept of each. */
  readonly entities: number;
  readonly managementEventsPerDay: number;
  /** Share of {@link managementEventsPerDay} that changes something: CloudTrail Insights analyses these twice. */
  readonly writeShare: number;
  /** Data events a day, if they were selected; `null` where nobody said how many there are. */
  readonly lambdaEventsPerDay: number | null;
  readonly objectEventsPerDay: number | null;
  /** Of a record as JSON. */
  readonly bytesPerEvent: number;
  /** Where the numbers are from, a clause each. */
  readonly basis: readonly string[];
}

/** What was counted in events that were analysed before. */
export interface MeasuredVolume {
  readonly days: number;
  readonly accounts: number;
  readonly entities: number;
  readonly managementEvents: number;
  readonly writeEvents: number;
  readonly lambdaEvents: number;
  readonly objectEvents: number;
  /** `null` where it is not known. */
  readonly bytesPerEvent: number | null;
}

/**
 * Accounts of organizations at work differ by a factor of a thousand, from some hundred management events a day to some
 * hundred thousand: this is a guess to begin with, and measuring is better. The bytes are those of the real records that
 * docs/opensearch.md was measured with.
 */
const ASSUMED = { eventsPerAccount: 20_000, regionsPerAccount: 3, writeShare: 0.1, bytesPerEvent: 1_712 };

/** What somebody says of the volume; what is left out is measured or assumed. */
export interface SaidVolume {
  readonly accounts?: number | undefined;
  /** Management events of each account in a day. */
  readonly eventsPerAccount?: number | undefined;
  /** Regions of each account in which anything happens. */
  readonly regionsPerAccount?: number | undefined;
  /** Of all accounts together, in a day. */
  readonly lambdaEventsPerDay?: number | undefined;
  readonly objectEventsPerDay?: number | undefined;
}

/** @param usualAccounts for how many accounts the size is meant, where nobody says how many there are */
export function assumedVolume(said: SaidVolume, usualAccounts: number): EventVolume {
  const accounts = said.accounts ?? usualAccounts;
  const events = said.eventsPerAccount ?? ASSUMED.eventsPerAccount;
  const regions = said.regionsPerAccount ?? ASSUMED.regionsPerAccount;
  const { writeShare, bytesPerEvent } = ASSUMED;
  return {
    accounts,
    entities: accounts * regions,
    managementEventsPerDay: accounts * events,
    writeShare,
    lambdaEventsPerDay: said.lambdaEventsPerDay ?? null,
    objectEventsPerDay: said.objectEventsPerDay ?? null,
    bytesPerEvent,
    basis: [
      ...(said.accounts === undefined ? [`${counted(accounts, "account")}: what the size is meant for`] : []),
      `${grouped(events)} management events an account and day: ${saidOrAssumed(said.eventsPerAccount)}`,
      `${regions} regions in use an account: ${saidOrAssumed(said.regionsPerAccount)}`,
      `${writeShare * 100} % of events change something, ${grouped(bytesPerEvent)} bytes a record: assumed`,
    ],
  };
}

const saidOrAssumed = (value: number | undefined): string => (value === undefined ? "assumed" : "as given");

/** The first and the last event of a week are not a week apart. */
const ALMOST_A_WEEK = 6.9;

/** What was measured, carried over to the number of accounts that there will be, with what somebody says instead. */
export function measuredVolume(measured: MeasuredVolume, said: SaidVolume): EventVolume {
  const accounts = said.accounts ?? measured.accounts;
  const factor = accounts / measured.accounts;
  const perDay = (events: number): number => Math.round((events / measured.days) * factor);
  const seen = (events: number): number | null => (events > 0 ? perDay(events) : null);
  const { managementEvents, writeEvents, days, bytesPerEvent } = measured;
  const { eventsPerAccount, regionsPerAccount } = said;
  return {
    accounts,
    entities: regionsPerAccount === undefined ? Math.round(measured.entities * factor) : accounts * regionsPerAccount,
    managementEventsPerDay: eventsPerAccount === undefined ? perDay(managementEvents) : accounts * eventsPerAccount,
    writeShare: managementEvents === 0 ? ASSUMED.writeShare : writeEvents / managementEvents,
    lambdaEventsPerDay: said.lambdaEventsPerDay ?? seen(measured.lambdaEvents),
    objectEventsPerDay: said.objectEventsPerDay ?? seen(measured.objectEvents),
    bytesPerEvent: bytesPerEvent ?? ASSUMED.bytesPerEvent,
    basis: [
      `measured: ${counted(managementEvents, "management event")} of ${counted(measured.accounts, "account")} in ${days.toFixed(1)} days, ` +
        `${counted(measured.entities, "pair")} of account and region`,
      bytesPerEvent === null
        ? `${grouped(ASSUMED.bytesPerEvent)} bytes a record: assumed`
        : `${grouped(Math.round(bytesPerEvent))} bytes a record: measured`,
      ...(factor === 1 ? [] : [`carried over to ${counted(accounts, "account")}`]),
      ...(eventsPerAccount === undefined
        ? []
        : [`${grouped(eventsPerAccount)} management events an account and day: as given`]),
      ...(regionsPerAccount === undefined ? [] : [`${regionsPerAccount} regions in use an account: as given`]),
      ...(days < ALMOST_A_WEEK ? ["less than a week was measured: weekends and nights may be missing"] : []),
    ],
  };
}
