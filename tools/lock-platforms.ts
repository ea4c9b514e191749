/**
 * Run after every `npm install`. npm leaves out of the lock file what the registry at hand lacks for other platforms
 * (a mirror may lag behind), and `npm ci` then refuses the lock file on any machine. This adds the missing optional
 * packages as entries without integrity, which npm accepts and fills on the platform that needs them.
 */
import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

const PLATFORM = /(?:^|[-/])(darwin|win32|linux|android|freebsd|openharmony|sunos|aix|netbsd|openbsd|linuxmusl)-(.+)$/;
const CPU_ALIASES: Record<string, string> = { "arm-gnueabihf": "arm", "arm-musleabihf": "arm", "arm-eabi": "arm" };

const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, LockedPackage> };
for (const parent of Object.values(lock.packages)) {
  delete parent.resolved;
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const platform = PLATFORM.exec(name);
    if (lock.packages[key] || !platform?.[1] || !platform[2] || !/^\d/.test(version)) continue;
    const cpu = platform[2].replace(/-(gnu|musl|msvc|glibc)$/, "");
    lock.packages[key] = {
      version,
      cpu: [CPU_ALIASES[cpu] ?? cpu],
      ...(parent.dev ? { dev: true } : {}),
      optional: true,
      os: [platform[1].replace("linuxmusl", "linux")],
    };
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
