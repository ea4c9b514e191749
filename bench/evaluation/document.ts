import { readFileSync, writeFileSync } from "node:fs";

const DOCUMENT = new URL("../../docs/evaluation.md", import.meta.url);

/** A part of docs/evaluation.md that a command writes. */
export type Section = "worlds" | "attacks";

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
  writeFileSync(DOCUMENT, withSection(readFileSync(DOCUMENT, "utf8"), section, content));
}

export const writtenSection = (section: Section): string => sectionOf(readFileSync(DOCUMENT, "utf8"), section);

function bounds(document: string, section: Section): { readonly from: number; readonly to: number } {
  const begin = `<!-- ${section}: written by bench/evaluate-${section}.ts -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(`<!-- end of ${section} -->`);
  if (from < 0 || to < from) throw new RangeError(`docs/evaluation.md has lost its ${section} markers`);
  return { from: from + begin.length, to };
}
