import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsError } from "#adapters/shared/aws-errors.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import { type EpochMs, HOUR, MINUTE } from "#core/domain/time.ts";

/** How long a value is used without asking again: a rotated secret is known within it. */
const FRESH_MS = 5 * MINUTE;
/** How long it is used where Secrets Manager does not answer. */
const USABLE_MS = 6 * HOUR;
const PASSING = new Set(["AWS_THROTTLED", "AWS_FAILED"]);

interface Held {
  readonly value: string;
  readonly readAt: EpochMs;
}

/**
 * Secrets, read when first needed and held in memory. No value is ever part of a message or an error. Concurrent readers
 * share one request.
 */
export class SecretReader {
  readonly #client: SecretsManagerClient;
  readonly #now: () => EpochMs;
  readonly #held = new Map<string, Held>();
  readonly #asked = new Map<string, Promise<string>>();

  constructor(client: SecretsManagerClient, now: () => EpochMs = Date.now) {
    this.#client = client;
    this.#now = now;
  }

  /**
   * The text of a secret. While Secrets Manager is out of reach, one read in the last six hours is used on.
   * @param id its ARN or name
   * @param fresh ask now: what is held has proved wrong
   */
  async read(id: string, fresh = false): Promise<string> {
    const held = this.#held.get(id);
    if (!fresh && held && this.#now() - held.readAt < FRESH_MS) return held.value;
    try {
      return await this.#ask(id);
    } catch (error) {
      const passing = error instanceof TrailwatchError && PASSING.has(error.code);
      if (passing && held && this.#now() - held.readAt < USABLE_MS) return held.value;
      throw error;
    }
  }

  #ask(id: string): Promise<string> {
    const asked = this.#asked.get(id) ?? this.#fetch(id).finally(() => this.#asked.delete(id));
    this.#asked.set(id, asked);
    return asked;
  }

  async #fetch(id: string): Promise<string> {
    const value = await this.#valueOf(id);
    this.#held.set(id, { value, readAt: this.#now() });
    return value;
  }

  async #valueOf(id: string): Promise<string> {
    try {
      const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: id }));
      if (SecretString !== undefined) return SecretString;
    } catch (error) {
      throw awsError(error, `read the secret ${id}`, `secretsmanager:GetSecretValue on it, and kms:Decrypt on its key`);
    }
    throw new TrailwatchError(
      "CONFIGURATION_INVALID",
      `the secret ${id} holds bytes, not a text`,
      "Store it again as a text: aws secretsmanager put-secret-value --secret-string ...",
    );
  }
}
