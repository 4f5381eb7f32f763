// What somebody has typed survives a change of language, on every page with a form.
import { assert, test } from "../tools/runner.mjs";
import { demonstration, open, settled, signIn } from "../tools/helpers.mjs";

const FORMS = [
  ["sign-in", () => "/sign-in", false],
  ["invitation", () => "/invitation?token=none", false],
  ["programmes", () => "/", false],
  ["wizard", () => "/programmes/new", true, (page) => beginWizard(page)],
  ["account", () => "/account", true],
  ["partners", ({ programme }) => `/programmes/${programme}/partners`, true, (page) => chooseNewPartner(page)],
  ["new step", ({ programme }) => `/programmes/${programme}/participation/new`, true],
  ["edit step", ({ programme, step }) => `/programmes/${programme}/participation/${step}/edit`, true],
  ["budget", ({ programme }) => `/programmes/${programme}/budget`, true, (page) => unfold(page)],
  ["movements", ({ programme }) => `/programmes/${programme}/budget/movements`, true, (page) => unfold(page)],
  ["settings", ({ programme }) => `/programmes/${programme}/settings`, true],
];

async function beginWizard(page) {
  await page.locator("label.choice").first().click();
  await page.locator("main form button[type=submit]").click();
  await page.locator("main input[name=code]").waitFor();
}

async function chooseNewPartner(page) {
  const last = page.locator("main select[name=partner_id] option").last();
  await page.locator("main select[name=partner_id]").selectOption(await last.getAttribute("value"));
  await page.locator("main input[name=name]").waitFor();
}

async function unfold(page) {
  for (const summary of await page.locator("main details.disclosure > summary").all()) await summary.click();
  await settled(page);
}

/** The fields for words that can be seen. */
const fields = (page) =>
  page.locator('main :is(input[type=text], input[type=email], input[type=password], input[type=search], textarea):visible');

test("typed text survives a change of language", { locale: "en-GB" }, async ({ page }) => {
  const place = await demonstration();
  const faults = [];
  let signedIn = false;
  for (const [name, path, members, prepare] of FORMS) {
    if (members && !signedIn) {
      await signIn(page);
      signedIn = true;
    }
    await page.evaluate(() => localStorage.removeItem("parvis.language")).catch(() => {});
    await open(page, path(place));
    await prepare?.(page);
    const count = await fields(page).count();
    const typed = [];
    for (let index = 0; index < count; index += 1) {
      typed.push(`typed ${index}`);
      await fields(page).nth(index).fill(typed[index]);
    }
    assert.ok(count > 0, `${name} has no fields`);
    await page.locator("select[name=language]").selectOption("es");
    await page.waitForFunction(() => document.documentElement.lang === "es");
    await settled(page);
    const kept = await fields(page).evaluateAll((all) => all.map(({ value }) => value));
    if (JSON.stringify(kept) !== JSON.stringify(typed)) faults.push(`${name}: ${JSON.stringify(kept)}`);
  }
  assert.deepEqual(faults, [], faults.join("\n"));
});
