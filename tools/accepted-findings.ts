/**
 * Holds what checkov found against what is accepted, each with its reason:
 *
 *     checkov ... --output json | node tools/accepted-findings.ts .ci/checkov-accepted.json
 *
 * A finding that is not accepted fails, and so does a reason that nothing needs any more.
 */
import { readFileSync } from "node:fs";
import * as z from "zod";

const reportSchema = z.object({
  results: z.object({
    failed_checks: z.array(
      z.object({ check_id: z.string(), check_name: z.string(), resource: z.string(), file_path: z.string() }),
    ),
  }),
  summary: z.object({ passed: z.number(), parsing_errors: z.number() }),
});

const acceptedSchema = z.array(
  z.strictObject({
    check: z.string(),
    /** What the resource begins with: type, and the beginning of its logical id. */
    resource: z.string(),
    reason: z.string().min(20),
  }),
);

const [file] = process.argv.slice(2);
if (file === undefined) throw new RangeError("name the file of what is accepted");
const accepted = acceptedSchema.parse(JSON.parse(readFileSync(file, "utf8")));
const { results, summary } = reportSchema.parse(JSON.parse(readFileSync(0, "utf8")));

const needed = new Set<object>();
const problems = summary.parsing_errors > 0 ? [`${summary.parsing_errors} templates cannot be read`] : [];
for (const { check_id, check_name, resource, file_path } of results.failed_checks) {
  const reasons = accepted.filter(({ check, resource: prefix }) => check === check_id && resource.startsWith(prefix));
  for (const reason of reasons) needed.add(reason);
  if (reasons.length === 0) problems.push(`${check_id} ${check_name}: ${resource} in ${file_path}`);
}
for (const reason of accepted) {
  if (!needed.has(reason)) problems.push(`${reason.check} is accepted for ${reason.resource} and was not found`);
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(
  `${summary.passed} checks passed, ${results.failed_checks.length} findings accepted for ${accepted.length} reasons, ${problems.length} problems\n`,
);
process.exitCode = problems.length > 0 || summary.passed === 0 ? 1 : 0;
