import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { LocalEventSource } from "#adapters/files/local-event-source.ts";
import { StandardInput } from "#adapters/files/standard-input.ts";
import type { EventSource, ReadSelection, SourceFile } from "#core/ports/event-source.ts";
import { inTemporaryFolder } from "../../fakes/ingest.ts";

async function listed(source: EventSource, selection: ReadSelection = {}): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const file of source.files(selection)) files.push(file);
  return files;
}

function lay(folder: string, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), "{}");
  }
}

test("a folder is listed whole, in the order of its paths, without hidden folders and without end", () =>
  inTemporaryFolder(async (folder) => {
    lay(folder, "b/1.json", "a.json", "b-c/2.json", "b.json", ".git/config", "b/a/3.json");
    symlinkSync(folder, join(folder, "z-loop"));
    const files = await listed(new LocalEventSource(folder));
    const names = files.map(({ path }) => relative(folder, path));
    expect(names).toEqual(["a.json", "b-c/2.json", "b.json", "b/1.json", "b/a/3.json"]);
    expect([...names].sort()).toEqual(names);
    expect(files[0]).toMatchObject({ size: 2, reopenable: true, localPath: files[0]?.path });
  }));

test("CloudTrail's layout is pruned by the selection, other files are not", () =>
  inTemporaryFolder(async (folder) => {
    const day = (account: string, region: string, date: string): string =>
      `AWSLogs/${account}/CloudTrail/${region}/${date}/x.json`;
    lay(
      folder,
      day("111122223333", "eu-west-1", "2026/11/01"),
      day("111122223333", "eu-west-1", "2026/11/09"),
      day("111122223333", "us-east-1", "2026/11/09"),
      day("444455556666", "eu-west-1", "2026/11/09"),
      "loose.json",
    );
    const selection = { from: Date.UTC(2026, 10, 8), accounts: ["111122223333"], regions: ["eu-west-1"] };
    const names = (await listed(new LocalEventSource(folder), selection)).map(({ path }) => relative(folder, path));
    expect(names).toEqual([day("111122223333", "eu-west-1", "2026/11/09"), "loose.json"]);
  }));

test("a path that is not there is an error that names it", async () => {
  await expect(listed(new LocalEventSource("/no/such/path"))).rejects.toMatchObject({
    code: "INPUT_NOT_FOUND",
    message: expect.stringContaining("/no/such/path"),
  });
});

test("standard input is one file, known again by its content", async () => {
  const of = async (text: string): Promise<SourceFile> =>
    (await listed(new StandardInput(Readable.from([text]))))[0] as SourceFile;
  const [a, again, b] = [await of("abc"), await of("abc"), await of("abd")];
  expect(a).toMatchObject({ size: 3, localPath: null, reopenable: false });
  expect(Buffer.from(await a.open()).toString()).toBe("abc");
  expect([again.path, again.tag]).toEqual([a.path, a.tag]);
  expect(b.path).not.toBe(a.path);
});
