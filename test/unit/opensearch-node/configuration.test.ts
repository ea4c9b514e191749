import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { javaOptionsFile, settingsFile } from "../../../tools/opensearch-node/configuration.ts";
import { DEFAULTS } from "../../../tools/opensearch-node/options.ts";
import { nodeFolders } from "../../../tools/opensearch-node/places.ts";

const folders = nodeFolders('/cache/with "quotes"', "default");
const java = (...modules: string[]) => ({ home: "/jdk", major: 25, modules: new Set(modules) });

const SHIPPED = `## JVM configuration
-Xms1g
-Xmx1g

11-:-XX:+UseG1GC
-XX:+HeapDumpOnOutOfMemoryError
-XX:HeapDumpPath=data
-XX:ErrorFile=logs/hs_err_pid%p.log
9-:-Xlog:gc*,safepoint:file=logs/gc.log:utctime
20-:--add-modules=jdk.incubator.vector
21-:-javaagent:agent/opensearch-agent.jar
`;

test("the node is alone, on this machine only, and keeps all in its own folders", () => {
  const settings = parse(settingsFile(DEFAULTS, folders));
  expect(settings).toMatchObject({
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "http.port": "9200-9299",
    "path.data": folders.data,
    "path.logs": folders.logs,
    "path.repo": [folders.repositories],
  });
});

test("a port and further settings come in, and further settings win", () => {
  const settings = { "http.max_content_length": "1mb", "transport.port": "9400" };
  expect(parse(settingsFile({ ...DEFAULTS, port: 9250, settings }, folders))).toMatchObject({
    "http.port": 9250,
    "http.max_content_length": "1mb",
    "transport.port": "9400",
  });
});

test("Java's options: the heap asked for, nothing written into the distribution", () => {
  expect(javaOptionsFile(SHIPPED, "512m", java("java.base", "jdk.incubator.vector")).split("\n")).toEqual([
    "11-:-XX:+UseG1GC",
    "20-:--add-modules=jdk.incubator.vector",
    "21-:-javaagent:agent/opensearch-agent.jar",
    "-Xms512m",
    "-Xmx512m",
    "",
  ]);
});

test("a Java without the vector module is not asked for it", () => {
  expect(javaOptionsFile(SHIPPED, "1g", java("java.base"))).not.toContain("vector");
});
