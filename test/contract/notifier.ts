import { describe, expect, test } from "@jest/globals";
import type { Incident } from "#core/domain/incident.ts";
import type { Notice, Notifier } from "#core/ports/notifier.ts";
import { sampleFinding } from "./finding-store.ts";
import { sampleIncident } from "./incident-store.ts";

export const sampleNotice = (id: string, changes: Partial<Incident> = {}): Notice => ({
  incident: sampleIncident(id, { revision: 1, ...changes }),
  occasion: "opened",
  options: { more: `trailwatch show ${id}` },
});

export interface OpenedNotifier {
  readonly notifier: Notifier;
  /** What the channel was sent, in order, as one text each. */
  readonly received: () => Promise<readonly string[]>;
  /** Makes the channel refuse the next message, once. */
  readonly refuseNext: () => void;
}

/** What every channel does. */
export function notifierContract(name: string, open: () => Promise<OpenedNotifier>): void {
  describe(`notifier: ${name}`, () => {
    test("sends each message once, and answers with the channel's id of it", async () => {
      const { notifier, received } = await open();
      const ids = [await notifier.publish(sampleNotice("inc-1")), await notifier.publish(sampleNotice("inc-2"))];
      expect(ids.every((id) => typeof id === "string")).toBe(true);
      const texts = await received();
      expect(texts).toHaveLength(2);
      expect(texts[0]).toContain("inc-1");
      expect(texts[1]).toContain("inc-2");
      expect(notifier.name).toMatch(/^[a-z0-9-]+$/);
    });

    test("what the channel does not take rejects, and can be sent again", async () => {
      const { notifier, received, refuseNext } = await open();
      refuseNext();
      await expect(notifier.publish(sampleNotice("inc-1"))).rejects.toMatchObject({ name: "TrailwatchError" });
      await notifier.publish(sampleNotice("inc-1"));
      expect(await received()).toHaveLength(1);
    });

    test("an incident too large for the channel is sent in part, not refused", async () => {
      const { notifier, received } = await open();
      const findings = Array.from({ length: 800 }, (_, index) =>
        sampleFinding(`f-${index}`, { severityReasons: [`reason ${index} 🚨 `.repeat(100)] }),
      );
      await notifier.publish(sampleNotice("inc-1", { findings }));
      expect(await received()).toHaveLength(1);
    });
  });
}
