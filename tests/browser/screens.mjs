// Every screen, light and dark, on a desk and on a phone: nothing that axe finds, nothing cut off, nothing on the console.
import { assert, test } from "../tools/runner.mjs";
import { demonstration, open, settled, signIn } from "../tools/helpers.mjs";

const SCREENS = [
  ["programmes", () => "/", false],
  ["public-programme", ({ programme }) => `/programmes/${programme}`, false],
  ["sign-in", () => "/sign-in", false],
  ["invitation", () => "/invitation?token=none", false],
  ["not-found", () => "/nothing/here", false],
  ["my-work", () => "/my", true],
  ["account", () => "/account", true],
  ["wizard", () => "/programmes/new", true],
  ["overview", ({ programme }) => `/programmes/${programme}/overview`, true],
  ["partners", ({ programme }) => `/programmes/${programme}/partners`, true],
  ["participation", ({ programme }) => `/programmes/${programme}/participation`, true],
  ["new-step", ({ programme }) => `/programmes/${programme}/participation/new`, true],
  ["step", ({ programme, step }) => `/programmes/${programme}/participation/${step}`, true],
  ["budget", ({ programme }) => `/programmes/${programme}/budget`, true],
  ["movements", ({ programme }) => `/programmes/${programme}/budget/movements`, true],
  ["plan-edit", ({ programme }) => `/programmes/${programme}/budget/edit`, true],
  ["plan-versions", ({ programme }) => `/programmes/${programme}/budget/versions`, true],
  ["plan-rules", ({ programme }) => `/programmes/${programme}/budget/rules`, true],
  ["report", ({ programme }) => `/programmes/${programme}/budget/report`, true],
  ["conditions", ({ instalments }) => `/programmes/${instalments}/budget/conditions`, true],
  ["years", ({ programme }) => `/programmes/${programme}/budget/years`, true],
  ["reconciliation", ({ programme }) => `/programmes/${programme}/budget/reconciliation`, true],
  ["balances", ({ programme }) => `/programmes/${programme}/budget/balances`, true],
  ["rates", ({ programme }) => `/programmes/${programme}/budget/rates`, true],
  ["documents", ({ programme }) => `/programmes/${programme}/documents`, true],
  ["settings", ({ programme }) => `/programmes/${programme}/settings`, true],
  ["history", ({ programme }) => `/programmes/${programme}/history`, true],
];

/** Does something on every screen and gathers what is wrong, so that one run shows all of it. */
async function everywhere(page, work) {
  const faults = [];
  const place = await demonstration();
  let signedIn = false;
  for (const [name, path, members] of SCREENS) {
    if (members && !signedIn) {
      await signIn(page);
      signedIn = true;
    }
    try {
      await open(page, path(place));
      await work(name);
    } catch (error) {
      faults.push(`${name}: ${error.message}`);
    }
  }
  assert.deepEqual(faults, [], faults.join("\n"));
}

for (const colorScheme of ["light", "dark"]) {
  test(`every screen is accessible, ${colorScheme}`, { colorScheme, locale: "en-GB" }, async ({ page, axe, picture }) => {
    await everywhere(page, async (name) => {
      await picture(`${name}-${colorScheme}`);
      await axe();
    });
  });
}

test("every screen fits a narrow phone", { viewport: { width: 360, height: 740 }, locale: "fr" }, async ({ page, fits, picture, axe }) => {
  await everywhere(page, async (name) => {
    await picture(`${name}-360`);
    await fits();
    await axe();
  });
});

test("reports print", { locale: "fr" }, async ({ page, picture }) => {
  const { programme } = await demonstration();
  await signIn(page);
  for (const [name, path] of [["public-programme", `/programmes/${programme}`], ["budget", `/programmes/${programme}/budget`], ["balances", `/programmes/${programme}/budget/balances`]]) {
    await open(page, path);
    await page.emulateMedia({ media: "print" });
    await picture(`${name}-print`);
    assert.equal(await page.locator("header.topbar nav").isVisible(), false, "navigation is printed");
    await page.emulateMedia({ media: "screen" });
  }
});

test("three languages", { locale: "es-MX" }, async ({ page }) => {
  await open(page, "/");
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
  const titles = new Set();
  for (const language of ["fr", "en", "es"]) {
    await page.locator("select[name=language]").selectOption(language);
    await page.waitForFunction((language) => document.documentElement.lang === language, language);
    titles.add(await page.locator("h1").first().innerText());
  }
  assert.equal(titles.size, 3, [...titles].join(", "));
});

test("an address can be opened, reloaded and gone back to", { locale: "en-GB" }, async ({ page }) => {
  const { programme } = await demonstration();
  await open(page, "/");
  await open(page, `/programmes/${programme}`);
  const title = await page.locator("h1").first().innerText();
  await page.reload();
  await settled(page);
  assert.equal(await page.locator("h1").first().innerText(), title);
  await page.goBack();
  await settled(page);
  assert.notEqual(await page.locator("h1").first().innerText(), title);
});
