import { createHash } from "node:crypto";
import { type DeliveredFile, digestAccount, type OutputFile } from "./delivery.ts";
import { DELIVERY } from "./parameters.ts";
import { compactSecond, datePath, HOUR, isoSeconds } from "./time.ts";
import type { World } from "./world.ts";

/**
 * Hourly digest files of the last day of one account and region, each with the hashes of the log files delivered in its
 * hour and of the digest before it. Unsigned: the signature of a real digest is in S3's metadata, not in the file.
 */
export function* digestFiles(world: World, delivered: readonly DeliveredFile[]): Generator<OutputFile> {
  const account = digestAccount(world);
  const region = account.homeRegion;
  const random = world.random("digests");
  const bucket = `organization-trail-${world.organization.id.slice(2)}`;
  const fingerprint = random.hex(32);
  let previous: { path: string; hash: string; signature: string } | null = null;
  for (let end = world.end - DELIVERY.digest + HOUR; end <= world.end; end += HOUR) {
    const files = delivered.filter((file) => file.delivered >= end - HOUR && file.delivered < end);
    const path = `AWSLogs/${world.organization.id}/${account.id}/CloudTrail-Digest/${region}/${datePath(end)}/${account.id}_CloudTrail-Digest_${region}_organization_eu-west-1_${compactSecond(end)}.json.gz`;
    const text: string = JSON.stringify({
      awsAccountId: account.id,
      digestStartTime: isoSeconds(end - HOUR),
      digestEndTime: isoSeconds(end),
      digestS3Bucket: bucket,
      digestS3Object: path,
      digestPublicKeyFingerprint: fingerprint,
      digestSignatureAlgorithm: "SHA256withRSA",
      newestEventTime:
        files
          .map((file) => file.newest)
          .sort()
          .at(-1) ?? null,
      oldestEventTime: files.map((file) => file.oldest).sort()[0] ?? null,
      previousDigestS3Bucket: previous ? bucket : null,
      previousDigestS3Object: previous?.path ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestHashAlgorithm: previous ? "SHA-256" : null,
      previousDigestSignature: previous?.signature ?? null,
      logFiles: files.map((file) => ({
        s3Bucket: bucket,
        s3Object: file.path,
        hashValue: file.sha256,
        hashAlgorithm: "SHA-256",
        newestEventTime: file.newest,
        oldestEventTime: file.oldest,
      })),
    });
    previous = { path, hash: createHash("sha256").update(text).digest("hex"), signature: random.hex(512) };
    yield { path, text };
  }
}
