import { usdText } from "../domain/money.ts";

/** `12.34`: an amount for a sentence, cut after the second decimal; smaller ones as they are. */
export function usdPhrase(amount: bigint): string {
  const CENT = 10_000_000n;
  return usdText(amount >= CENT || amount <= -CENT ? amount - (amount % CENT) : amount);
}
