/**
 * Whether a text matches a pattern in which `*` stands for any characters, none too; nothing else is special.
 * Upper and lower case are the same. Linear in the text for each star, whatever the pattern (no regular expression of a
 * configuration's making runs over text of an attacker's making).
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const subject = text.toLowerCase();
  const first = parts[0] ?? "";
  if (parts.length === 1) return subject === first;
  const last = parts[parts.length - 1] ?? "";
  if (!subject.startsWith(first) || !subject.endsWith(last) || subject.length < first.length + last.length)
    return false;
  let position = first.length;
  const end = subject.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = subject.indexOf(part, position);
    if (found < 0 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}

export const matchesAnyGlob = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => matchesGlob(pattern, text));
