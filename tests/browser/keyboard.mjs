// Without a mouse: sign in and post a movement, with the focus always visible.
import { assert, test } from "../tools/runner.mjs";
import { ENGLISH, PASSWORD, account, demonstration, open, settled } from "../tools/helpers.mjs";

/** Presses Tab until the focus is on what is looked for, and checks that every focus on the way can be seen. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate((selector) => {
      const element = document.activeElement;
      if (!element || element === document.body) return { found: false, visible: true };
      const style = getComputedStyle(element);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      const name = `${element.tagName.toLowerCase()}.${element.className}`;
      return { found: element.matches(selector), visible: outlined || style.boxShadow !== "none", name };
    }, selector);
    assert.ok(here.visible, `the focus on ${here.name} cannot be seen`);
    if (here.found) return;
  }
  assert.fail(`Tab never reaches ${selector}`);
}

test("sign in and post a movement with the keyboard alone", ENGLISH, async ({ page }) => {
  const { programme } = await demonstration();
  await open(page, "/sign-in");
  await tabTo(page, "input[name=email]");
  await page.keyboard.type(account("coordinator"));
  await tabTo(page, "input[name=password]");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/my");
  await settled(page);
  await open(page, `/programmes/${programme}/budget`);
  // The first thing that Tab reaches leads past the navigation.
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("href")), "#content");
  await page.keyboard.press("Enter");
  const share = await page.evaluate(() => {
    const options = document.querySelectorAll("form#movement select[name=line_id] option").length;
    return options;
  });
  assert.ok(share > 0, "no line can be chosen");
  await tabTo(page, "form#movement select[name=kind]");
  await page.keyboard.type("Expenditure");
  await tabTo(page, "form#movement input[name=amount]");
  await page.keyboard.type("1.00");
  await tabTo(page, "form#movement button[type=submit]");
  await page.keyboard.press("Enter");
  await page.getByText("Movement posted").waitFor();
  await settled(page);
});
