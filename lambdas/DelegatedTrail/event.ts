import * as z from "zod";

/** The API's selectors, in its own words. */
const selectorSchema = z.object({
  Name: z.string(),
  FieldSelectors: z.array(
    z.object({
      Field: z.string(),
      Equals: z.array(z.string()).optional(),
      StartsWith: z.array(z.string()).optional(),
      NotStartsWith: z.array(z.string()).optional(),
    }),
  ),
});

export const propertiesSchema = z.object({
  Name: z.string().min(1),
  Arn: z.string().startsWith("arn:"),
  Bucket: z.string().min(1),
  KeyArn: z.string().startsWith("arn:"),
  LogGroupArn: z.string().endsWith(":*"),
  RoleArn: z.string().startsWith("arn:"),
  /** JSON: CloudFormation would make texts of everything in it. */
  Selectors: z.string().transform((text) => z.array(selectorSchema).parse(JSON.parse(text))),
  Insights: z.enum(["true", "false"]).transform((text) => text === "true"),
});

/** As much of a request as says which trail it is about. */
export const eventSchema = z.object({ ResourceProperties: z.object({ Arn: propertiesSchema.shape.Arn }) });
