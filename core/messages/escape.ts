/** Seen as nothing, and enough to keep two characters from forming a mention, a pair of marks or an emoji. */
const WORD_JOINER = "\u2060";

/** What CommonMark or GitHub's dialect reads as markup anywhere in a line. */
const INLINE_MARKS = /[\\`*_[\]<>&|~$]/g;
/** What they read as a heading, a list, a rule or an underline when a line begins with it. */
const LINE_MARKS = /^(\s*)(?:([#+=-])|(\d+)([.)]))/;

/**
 * Text that shows as it is in Markdown, and links nothing. Give it one line (see visible.ts). Mentions and e-mail
 * addresses are linked after entities and backslashes are resolved, so they need a character in between.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(INLINE_MARKS, (mark) =>
      mark === "<" ? "&lt;" : mark === ">" ? "&gt;" : mark === "&" ? "&amp;" : `\\${mark}`,
    )
    .replace(LINE_MARKS, (_, space: string, mark?: string, digits?: string, after?: string) =>
      mark ? `${space}\\${mark}` : `${space}${digits}\\${after}`,
    )
    .replace(/:\/\//g, ":&#47;/")
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`)
    .replace(/@/g, `@${WORD_JOINER}`);
}

/** A code span that no run of backticks inside can end. */
export function markdownCode(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = text.startsWith("`") || text.endsWith("`") || text === "" ? " " : "";
  return `${fence}${pad}${text}${pad}${fence}`;
}

/**
 * Text that Slack shows as it is: `&`, `<` and `>` become entities (Slack's own rule: no link, no channel mention),
 * and the characters that mark bold, italics, strike, code, quotes and emoji cannot pair up.
 */
export function escapeSlack(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[*_~`]/g, `${WORD_JOINER}$&${WORD_JOINER}`)
    .replace(/:(?=[\w+-]+:)/g, `:${WORD_JOINER}`)
    .replace(/@(?=\w)/g, `@${WORD_JOINER}`);
}

/**
 * Text that a chat shows as it is, whether it reads Slack's markup or Markdown: as {@link escapeSlack}, and brackets, full
 * addresses and `www.` make no link either. Only for what we did not write ourselves.
 */
export function escapeChat(text: string): string {
  return escapeSlack(text)
    .replace(/\](?=[([:])/g, `]${WORD_JOINER}`)
    .replace(/:(?=\/\/)/g, `:${WORD_JOINER}`)
    .replace(/www(?=\.)/gi, `$&${WORD_JOINER}`);
}
