import type { Incident } from "../domain/incident.ts";
import type { NotificationOptions } from "../messages/notification.ts";

/** One thing to say of an incident. A channel renders it by core/messages, within its own limits. */
export interface Notice {
  readonly incident: Incident;
  readonly occasion: "opened" | "updated" | "closed";
  readonly options: NotificationOptions;
}

/** A channel that people or machines listen to. */
export interface Notifier {
  /** `sns`, `slack`: a name in records of what was said; each once in a deployment. */
  readonly name: string;
  /**
   * Resolves, once the channel has taken the message, with the id that it gave it. Rejects with TrailwatchError; then
   * nothing was said here, as far as anybody knows, and it is tried again.
   */
  publish(notice: Notice): Promise<string>;
}
