import type { EpochMs } from "../domain/time.ts";

/** Answers that cost money, kept for all who ask the same. */
export interface AnswerCache {
  /** What was kept under the key and is still good; `null` where nothing is. */
  read(key: string): Promise<unknown>;
  /** Keeps a JSON value until a time. */
  write(key: string, value: unknown, until: EpochMs): Promise<void>;
}
