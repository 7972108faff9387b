// Node's own test runner reads no TypeScript in Node 20: bundle each test first, then run what came out.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const islands = join(dirname(fileURLToPath(import.meta.url)), "islands");
const tests = (await readdir(islands)).filter((name) => name.endsWith(".test.ts"));
const out = await mkdtemp(join(tmpdir(), "islands-"));
try {
  await esbuild.build({
    entryPoints: tests.map((name) => join(islands, name)),
    bundle: true,
    outdir: out,
    outExtension: { ".js": ".mjs" },
    platform: "node",
    format: "esm",
  });
  const files = tests.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
  process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
