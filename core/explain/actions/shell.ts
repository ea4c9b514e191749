import { visible } from "../../messages/visible.ts";

/** Needs no quotes in any shell that people paste into. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Inside double quotes a shell leaves these alone; easier to read than broken single quotes. */
const TAME_IN_DOUBLE_QUOTES = /^[^"$`\\!]*$/;

/**
 * One argument of a POSIX shell, whatever it contains. `null` for a value with characters that cannot be seen: pasted
 * into a terminal they act before any shell reads a quote, so no command is offered.
 */
export function shellArgument(value: string): string | null {
  if (visible(value) !== value) return null;
  if (PLAIN.test(value)) return value;
  if (value.includes("'") && TAME_IN_DOUBLE_QUOTES.test(value)) return `"${value}"`;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** `aws <service> <operation> --name value ...`; `null` where a value cannot be pasted safely. A leading dash cannot pose as an option: values are attached by `=`. */
export function awsCommand(
  service: string,
  operation: string,
  options: readonly (readonly [name: string, value: string | null])[],
): string | null {
  const words = ["aws", service, operation];
  for (const [name, value] of options) {
    if (value === null) words.push(`--${name}`);
    else {
      const argument = shellArgument(value);
      if (argument === null) return null;
      words.push(value.startsWith("-") ? `--${name}=${argument}` : `--${name} ${argument}`);
    }
  }
  return words.join(" ");
}
