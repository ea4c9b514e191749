import type { IndexTemplate } from "../../documents/mappings.ts";
import type { Context, Part } from "../context.ts";
import { covers } from "../meaning.ts";
import { nothing, type Step } from "../steps.ts";

/** Index templates: what new indices are made from. */
export const templates: Part = (context) =>
  Promise.all(context.desired.templates.map((template) => planTemplate(context, template)));

async function planTemplate({ connection }: Context, { name, body }: IndexTemplate): Promise<Step> {
  const { status, body: answer } = await connection.send("GET", `/_index_template/${name}`, { allow: [404] });
  const there = status === 404 ? undefined : answer.index_templates[0].index_template;
  if (there && covers(body, there)) return nothing("index template", name);
  return {
    kind: "index template",
    name,
    action: there ? "update" : "create",
    reason: there ? "differs from what new indices need" : "new indices are made from it",
    run: async () => {
      await connection.send("PUT", `/_index_template/${name}`, { body });
      return undefined;
    },
  };
}
