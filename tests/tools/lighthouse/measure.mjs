// Lighthouse's figures for the pages that are opened most, as a desktop meets them. Not part of the test run: its figures
// follow what else the machine is doing. CONTRIBUTING.md says how to start it.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

const packages = createRequire(path.join(process.cwd(), "package.json"));
const { default: lighthouse, desktopConfig } = await import(packages.resolve("lighthouse"));
const { chromium } = packages("playwright-core");

const url = process.argv[2] ?? "http://127.0.0.1:8080";
const CATEGORIES = { performance: 95, accessibility: 100, "best-practices": 100 };
const PORT = 9333;

/** Opens a browser whose session Lighthouse shares. */
async function browse(profile) {
  return chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROME_PATH || undefined,
    args: [`--remote-debugging-port=${PORT}`, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  });
}

/** Measures a page and prints a line; says whether every figure is reached. */
async function measure(name, address) {
  const { lhr } = await lighthouse(
    address,
    { port: PORT, disableStorageReset: true, logLevel: "error", onlyCategories: Object.keys(CATEGORIES) },
    desktopConfig,
  );
  const scores = Object.keys(CATEGORIES).map((category) => Math.round(lhr.categories[category].score * 100));
  const timing = (audit) => `${audit} ${lhr.audits[audit].displayValue}`;
  console.log(`${name.padEnd(18)} ${scores.join(" / ")}   ${["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"].map(timing).join(", ")}`);
  for (const category of Object.keys(CATEGORIES)) {
    for (const { id, weight } of lhr.categories[category].auditRefs) {
      const { score, title, displayValue, details } = lhr.audits[id];
      if (weight === 0 || score === null || score >= 0.9) continue;
      console.log(`    ${category}: ${title} ${displayValue ?? ""}`);
      for (const { node } of details?.items?.slice(0, 5) ?? []) if (node) console.log(`        ${node.selector}`);
    }
  }
  return Object.values(CATEGORIES).every((least, index) => scores[index] >= least);
}

const profile = mkdtempSync(path.join(tmpdir(), "parvis-lighthouse-"));
const context = await browse(profile);
try {
  const list = await (await fetch(`${url}/api/v1/programmes?limit=1&sort=code`)).json();
  const programme = `${url}/programmes/${list.items[0].id}`;
  const reached = [
    await measure("public list", `${url}/`),
    await measure("public programme", programme),
    await measure("sign-in", `${url}/sign-in`),
  ];
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.locator("input[name=email]").fill("coordinator@demo.example");
  await page.locator("input[name=password]").fill("Parvis-demo-1");
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL("**/my");
  await page.close();
  reached.push(await measure("budget", `${programme}/budget`));
  process.exitCode = reached.every(Boolean) ? 0 : 1;
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
