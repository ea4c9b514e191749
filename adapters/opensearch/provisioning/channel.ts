import type { OpenSearchConfig } from "#core/config/opensearch.ts";
import { TrailwatchError } from "#core/domain/errors.ts";
import type { IndexNames } from "../index-names.ts";

/** Where alerts go: a configuration of the notifications plugin. */
export interface ChannelSpec {
  /** Ours, so that a repeated creation is refused instead of doubled. One a kind: the kind of a channel cannot change. */
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export const channelIds = ({ namespace }: IndexNames) => ({
  sns: `${namespace}trailwatch-sns`,
  webhook: `${namespace}trailwatch-webhook`,
});

/** `null` where nobody is to be told. Throws TrailwatchError `CONFIGURATION_INVALID` for a role without a topic. */
export function channelSpec({ alerts }: OpenSearchConfig, names: IndexNames): ChannelSpec | null {
  const { snsTopicArn, snsRoleArn, webhook } = alerts;
  const ids = channelIds(names);
  if (snsTopicArn !== null) {
    // Without a role the cluster publishes with credentials of its own, which Amazon's domains do not have.
    const sns = { topic_arn: snsTopicArn, ...(snsRoleArn === null ? {} : { role_arn: snsRoleArn }) };
    return channel(ids.sns, "sns", { sns });
  }
  if (snsRoleArn !== null) {
    throw new TrailwatchError(
      "CONFIGURATION_INVALID",
      "opensearch.alerts.snsRoleArn is given without snsTopicArn",
      "Name the SNS topic too, or leave the role out.",
    );
  }
  if (webhook === null) return null;
  return channel(ids.webhook, "webhook", {
    webhook: { url: webhook, header_params: { "Content-Type": "application/json" } },
  });
}

const channel = (id: string, type: string, settings: object): ChannelSpec => ({
  id,
  config: {
    name: id,
    description: "Rung when a forest detector finds something.",
    config_type: type,
    is_enabled: true,
    ...settings,
  },
});
