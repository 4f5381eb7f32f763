// What a browser test is written with. Files in tests/browser/*.mjs import from here and register their tests:
//
//   import { test, skip, assert } from "../tools/runner.mjs";
//   test("the public list shows five programmes", { locale: "es" }, async ({ page, url, axe, picture }) => { … });
//
// Each test gets a browser context of its own: no cookies, no storage, a fixed language and time zone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

export { assert };

/** Packages are installed below the target folder, away from the sources. */
const packages = createRequire(path.join(demand("PARVIS_NPM"), "package.json"));
export const { chromium } = packages("playwright-core");
const axeSource = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");

/** Address of the server under test, without a slash at the end. */
export const url = demand("PARVIS_BASE_URL");
/** Folder for pictures that a person can look at. */
export const pictures = demand("PARVIS_SCREENSHOTS");

const ACTION_TIMEOUT = 10_000;
const TEST_TIMEOUT = 90_000;
const DEFAULTS = {
  locale: "fr",
  colorScheme: "light",
  viewport: { width: 1280, height: 900 },
  timezoneId: "Europe/Paris",
  reducedMotion: "reduce",
};

const registered = [];

function demand(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with cargo xtask test --only browser`);
  return value;
}

/**
 * Registers a test. `options` are those of a Playwright context, and `allow`: regular expressions of messages on the
 * console that the test provokes on purpose.
 */
export function test(name, options, body) {
  if (typeof options === "function") [options, body] = [{}, options];
  registered.push({ name, options, body });
}

class Skipped extends Error {}

/** Ends the running test as skipped. */
export function skip(reason) {
  throw new Skipped(reason);
}

/** Runs every registered test whose name contains `filter`, and returns the counts. */
export async function runAll(filter = "") {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const browser = await chromium.launch({
    executablePath: process.env.PARVIS_CHROMIUM || undefined,
    // Chromium's sandbox does not work for root; /dev/shm is small in containers.
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-dev-shm-usage"],
  });
  try {
    for (const each of registered.filter(({ name }) => name.includes(filter))) counts[await runOne(browser, each)] += 1;
  } finally {
    await browser.close();
  }
  return counts;
}

async function runOne(browser, { name, options: { allow = [], ...options }, body }) {
  const begun = performance.now();
  const context = await browser.newContext({ ...DEFAULTS, ...options });
  context.setDefaultTimeout(ACTION_TIMEOUT);
  const faults = watch(context, allow);
  const page = await context.newPage();
  const tools = { browser, context, page, url, axe: () => axe(page), fits: () => fits(page), picture: picture(page) };
  try {
    await withTimeout(body(tools));
    assert.deepEqual(faults, [], "the page reported faults");
    console.log(`ok    ${name} (${seconds(begun)})`);
    return "passed";
  } catch (error) {
    if (error instanceof Skipped) {
      console.log(`skipped: ${name}: ${error.message}`);
      return "skipped";
    }
    console.log(`FAIL  ${name} (${seconds(begun)}) at ${page.url()}\n${indented(error.stack ?? String(error))}`);
    if (faults.length > 0) console.log(indented(`faults of the page:\n${faults.join("\n")}`));
    await page.screenshot({ path: path.join(pictures, `failed-${slug(name)}.png`) }).catch(() => {});
    return "failed";
  } finally {
    await context.close();
  }
}

/** Collects what no page may do: throw, break the content security policy, or ask another host for anything. */
function watch(context, allow) {
  const faults = [];
  const own = new URL(url).origin;
  const note = (text) => allow.some((pattern) => pattern.test(text)) || faults.push(text);
  context.on("weberror", (error) => note(`uncaught: ${error.error().message}`));
  context.on("console", (message) => {
    // The browser writes a line for every answer of 4xx, also where the app expects it.
    const expected = message.text().startsWith("Failed to load resource") && !message.text().includes("net::");
    if (message.type() === "error" && !expected) note(`console: ${message.text()}`);
  });
  context.on("request", (request) => {
    const target = new URL(request.url());
    if (/^https?:$/.test(target.protocol) && target.origin !== own) note(`request to ${target.origin}`);
  });
  context.on("response", (response) => response.status() >= 500 && note(`${response.status()} from ${response.url()}`));
  return faults;
}

/** Fails with every violation that axe finds on the page as it stands. */
async function axe(page) {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map(({ target }) => target.join(" ")) }));
  });
  const text = violations.map(({ id, help, at }) => `${id}: ${help}\n    ${at.slice(0, 5).join("\n    ")}`).join("\n");
  assert.equal(violations.length, 0, `axe found at ${page.url()}:\n${text}`);
}

/** Fails when the page scrolls sideways, and names what sticks out. */
async function fits(page) {
  const outside = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${[...element.classList].join(".")}`)
      .slice(0, 10);
  });
  assert.deepEqual(outside, [], `sticks out at ${page.url()}`);
}

function picture(page) {
  return (name) => page.screenshot({ path: path.join(pictures, `${slug(name)}.png`), fullPage: true });
}

async function withTimeout(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${TEST_TIMEOUT / 1000} s`)), TEST_TIMEOUT);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const seconds = (begun) => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
const slug = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
const indented = (text) => text.replace(/^/gm, "      ");
