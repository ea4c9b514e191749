/** Slack refuses a message with a longer text in a block, or with more blocks. */
const TEXT_LIMIT = 3000;
const BLOCK_LIMIT = 50;

export interface SectionBlock {
  readonly type: "section";
  /** `verbatim`: nothing in it is made a link or a mention that is not marked as one. */
  readonly text: { readonly type: "mrkdwn"; readonly text: string; readonly verbatim: true };
}

/**
 * Escaped text in Slack's markup as blocks: one a section (they are parted by an empty line), more where a section is
 * long. Texts are parted between lines only, since half of an escape would be another text; a line too long for a block
 * is left out and said so.
 */
export function sectionBlocks(text: string): readonly SectionBlock[] {
  const texts = text.trim().split("\n\n").flatMap(parts);
  const cut = texts.length > BLOCK_LIMIT;
  const shown = cut
    ? [...texts.slice(0, BLOCK_LIMIT - 1), "_The rest is left out: Slack takes no longer message._"]
    : texts;
  return shown.map((part) => ({ type: "section", text: { type: "mrkdwn", text: part, verbatim: true } }));
}

function parts(section: string): readonly string[] {
  const done: string[] = [];
  let part = "";
  for (const line of section.split("\n").map(shortEnough)) {
    const longer = part === "" ? line : `${part}\n${line}`;
    if (longer.length <= TEXT_LIMIT) part = longer;
    else {
      done.push(part);
      part = line;
    }
  }
  return part === "" ? done : [...done, part];
}

const shortEnough = (line: string): string =>
  line.length <= TEXT_LIMIT ? line : `    _A line of ${line.length} characters is left out._`;
