// Runs the browser tests: node tests/tools/browser.mjs [part of a test's name]
import { readdirSync } from "node:fs";
import { runAll } from "./runner.mjs";

const folder = new URL("../browser/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".mjs")).sort();
for (const file of files) await import(new URL(file, folder));

const { passed, failed, skipped } = await runAll(process.argv[2]);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed + skipped === 0 ? 1 : 0;
