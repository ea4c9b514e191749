import { expect, test } from "@jest/globals";
import { choose, findJava, type Java, javaOf } from "../../../tools/opensearch-node/java.ts";

const java = (major: number, home = `/jdk-${major}`): Java => ({ home, major, modules: new Set(["java.base"]) });
const installed = (...javas: Java[]) => {
  const byHome = new Map(javas.map((one) => [one.home, one]));
  return (home: string): Java | null => byHome.get(home) ?? null;
};

test.each([
  ["java.base@25.0.1\njava.sql@25.0.1\njdk.incubator.vector@25.0.1\n", 25],
  ["java.base@21\n", 21],
  ["java.base@26-ea\r\n", 26],
  ["  java.base@17.0.15\n", 17],
])("%j is the listing of Java %i", (listing, major) => {
  expect(javaOf("/jdk", listing)?.major).toBe(major);
});

test.each(["", "Unrecognized option: --list-modules\n", "java.sql@25.0.1\n"])("%j is none", (listing) => {
  expect(javaOf("/jdk", listing)).toBeNull();
});

test("knows the modules", () => {
  expect([...(javaOf("/jdk", "java.base@25.0.1\njava.sql@25.0.1")?.modules ?? [])]).toEqual(["java.base", "java.sql"]);
});

test("the newest of 21 and 25 is chosen, of two equals the first", () => {
  expect(choose([java(17), java(21), java(25, "/first"), java(25, "/second"), java(26), java(24)])?.home).toBe(
    "/first",
  );
  expect(choose([java(17), java(21)])?.major).toBe(21);
  expect(choose([java(17), java(24), java(26)])).toBeNull();
});

test("OPENSEARCH_JAVA_HOME decides", () => {
  const environment = { OPENSEARCH_JAVA_HOME: "/jdk-21", JAVA_HOME: "/jdk-25" };
  expect(findJava(environment, installed(java(21), java(25))).home).toBe("/jdk-21");
  expect(() => findJava(environment, installed({ ...java(17), home: "/jdk-21" }, java(25)))).toThrow(
    "OPENSEARCH_JAVA_HOME is /jdk-21, where there is Java 17",
  );
  expect(() => findJava(environment, installed(java(25)))).toThrow("/jdk-21, where there is no Java");
});

test("without it JAVA_HOME is one among others; what was found is said when none fits", () => {
  expect(findJava({ JAVA_HOME: "/jdk-25", PATH: "" }, installed(java(25))).home).toBe("/jdk-25");
  expect(() => findJava({ JAVA_HOME: "/jdk-17", PATH: "" }, installed(java(17)))).toThrow(
    "OpenSearch needs Java 21 or 25; found: 17 in /jdk-17",
  );
  expect(() => findJava({ PATH: "" }, () => null)).toThrow("found: none");
});
