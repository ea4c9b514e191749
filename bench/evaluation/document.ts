import { readFileSync, writeFileSync } from "node:fs";

/** Parts of documents that commands write. */
const DOCUMENTS = {
  worlds: "evaluation",
  attacks: "evaluation",
  budget: "evaluation",
  sizes: "evaluation",
  detection: "detection",
  opinions: "detection",
  rates: "detection",
} as const;
export type Section = keyof typeof DOCUMENTS;

const documentOf = (section: Section): URL => new URL(`../../docs/${DOCUMENTS[section]}.md`, import.meta.url);

/** The document with one section replaced. Throws RangeError when its markers are not there. */
export function withSection(document: string, section: Section, content: string): string {
  const { from, to } = bounds(document, section);
  return `${document.slice(0, from)}\n\n${content.trim()}\n\n${document.slice(to)}`;
}

/** What stands in a section. Throws RangeError when its markers are not there. */
export function sectionOf(document: string, section: Section): string {
  const { from, to } = bounds(document, section);
  return document.slice(from, to).trim();
}

export function writeSection(section: Section, content: string): void {
  const document = documentOf(section);
  writeFileSync(document, withSection(readFileSync(document, "utf8"), section, content));
}

export const writtenSection = (section: Section): string =>
  sectionOf(readFileSync(documentOf(section), "utf8"), section);

function bounds(document: string, section: Section): { readonly from: number; readonly to: number } {
  const begin = `<!-- ${section}: written by bench/evaluate-${section}.ts -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(`<!-- end of ${section} -->`);
  if (from < 0 || to < from) throw new RangeError(`docs/${DOCUMENTS[section]}.md has lost its ${section} markers`);
  return { from: from + begin.length, to };
}
