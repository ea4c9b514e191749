import * as z from "zod";
import { alertBudgetSchema } from "../budget/config.ts";
import { contextConfigSchema } from "../context/config.ts";
import { detectionConfigSchema } from "../detection/config.ts";
import { incidentsConfigSchema } from "../incidents/config.ts";
import { liveConfigSchema } from "../live/config.ts";
import { noveltyConfigSchema } from "../novelty/config.ts";
import { policiesConfigSchema } from "../policies/config.ts";
import { secondOpinionConfigSchema } from "../second-opinion/config.ts";
import { signalsConfigSchema } from "../signals/config.ts";
import { deploymentConfigSchema } from "./deployment/schema.ts";
import { opensearchConfigSchema } from "./opensearch.ts";

/** The one configuration file. Every field has a default, so that an empty file, or none, is a whole configuration. */
export const configSchema = z
  .strictObject({
    signals: signalsConfigSchema.prefault({}),
    detection: detectionConfigSchema.prefault({}),
    novelty: noveltyConfigSchema.prefault({}).describe("When a first in an account is worth telling."),
    incidents: incidentsConfigSchema
      .prefault({})
      .describe("Which findings are one incident, how grave it is, what is expected, and who is told."),
    alertBudget: alertBudgetSchema,
    policies: policiesConfigSchema.prefault({}),
    context: contextConfigSchema.prefault({}),
    secondOpinion: secondOpinionConfigSchema.prefault({}),
    live: liveConfigSchema.prefault({}),
    opensearch: opensearchConfigSchema.prefault({}),
    deployment: deploymentConfigSchema.prefault({}),
  })
  .describe("Trailwatch's configuration.");
