import type { Agenda } from "./agenda.ts";
import type { Alerting } from "./alerting/plugin.ts";
import type { AnomalyDetection } from "./anomaly-detection/plugin.ts";
import { catPlugins } from "./cat-plugins.ts";
import type { CoreNode } from "./core-node.ts";
import {
  type Answer,
  type Call,
  errorBody,
  type Json,
  jsonOf,
  NeverRecorded,
  ok,
  Refusal,
  WholeRefusal,
} from "./exchange.ts";
import type { Notifications } from "./notifications/plugin.ts";
import { recordedBody } from "./recordings.ts";
import type { Security } from "./security/plugin.ts";

interface Staff {
  readonly core: CoreNode;
  readonly agenda: Agenda;
  /** As `_cat/plugins` names them. */
  readonly plugins: readonly string[];
  readonly detection: AnomalyDetection;
  readonly alerting: Alerting;
  readonly notifications: Notifications;
  readonly security: Security | undefined;
}

/** Gives each request to the plugin that it is for, one at a time, so that each sees what the one before it left. */
export class Desk {
  /** What was refused because its like was never recorded. */
  readonly refused: string[] = [];
  readonly #staff: Staff;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(staff: Staff) {
    this.#staff = staff;
  }

  /** With security every request, else those that are not the core's alone. */
  wantsToSee(method: string, path: string): boolean {
    if (this.#staff.security) return true;
    return (
      path.startsWith("/_plugins/") || path === "/_cat/plugins" || (method === "PUT" && path === "/_cluster/settings")
    );
  }

  /** Undefined for what is the core's to answer. */
  answer(call: Call, authorization: string | undefined): Promise<Answer | undefined> {
    return this.inTurn(async () => {
      try {
        await this.#staff.agenda.catchUp();
        return await this.#answer(call, authorization);
      } catch (error) {
        return this.#refusal(call, error);
      }
    });
  }

  letTimePass(): Promise<void> {
    return this.inTurn(() => this.#staff.agenda.catchUp());
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #answer(call: Call, authorization: string | undefined): Promise<Answer | undefined> {
    const { security } = this.#staff;
    if (!security) return this.#ofPlugins(call);
    if (call.path === "/_plugins/_security/health") return ok(recordedBody("security", "health"));
    const user = security.userOf(authorization);
    if (user === undefined) return { status: 401, body: "Unauthorized" };
    const own = await security.handle(call, user);
    if (own) return own;
    const refused = await security.check(call, user);
    return refused ?? this.#ofPlugins({ ...call, user: security.rememberedUser(user) });
  }

  async #ofPlugins(call: Call): Promise<Answer | undefined> {
    const { core, plugins, detection, alerting, notifications } = this.#staff;
    if (call.path === "/_cat/plugins") return catPlugins(core, call, plugins);
    if (call.path === "/_cluster/settings" && call.text.includes("plugins.anomaly_detection.")) {
      return applySettings(detection, jsonOf(call));
    }
    if (!call.path.startsWith("/_plugins/")) return undefined;
    const answer =
      (await detection.handle(call)) ?? (await alerting.handle(call)) ?? (await notifications.handle(call));
    if (!answer) throw new NeverRecorded("no such request was recorded");
    return answer;
  }

  #refusal(call: Call, error: unknown): Answer {
    if (error instanceof WholeRefusal) return { status: error.status, body: error.body };
    if (error instanceof Refusal) return { status: error.status, body: errorBody(error) };
    if (!(error instanceof NeverRecorded)) throw error;
    const request = `${call.method} ${call.path}`;
    this.refused.push(`${request}: ${error.message}`);
    return { status: 501, body: { stand_in: "refused", request, reason: error.message } };
  }
}

/** Settings that only a plugin knows: they are the stand-in's, and answered as the core would. */
function applySettings(detection: AnomalyDetection, sent: Json): Answer {
  const { persistent, ...rest } = sent;
  if (Object.keys(rest).length > 0) throw new NeverRecorded(`plugin settings that are ${Object.keys(rest).join(", ")}`);
  detection.applySettings(persistent);
  const set = Object.entries<Json>(persistent).filter(([, value]) => value !== null);
  const nested = Object.fromEntries(set.map(([name, value]) => [name.split(".").at(-1), String(value)]));
  const shown = set.length > 0 ? { plugins: { anomaly_detection: nested } } : {};
  return ok({ acknowledged: true, persistent: shown, transient: {} });
}
