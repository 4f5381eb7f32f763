// The code of an area does not arrive: the page says so, and comes when it is asked for again.
import { assert, test } from "../tools/runner.mjs";
import { open, settled } from "../tools/helpers.mjs";

const LOST = { locale: "en-GB", allow: [/net::ERR_FAILED/] };

test("an area that does not arrive is asked for again", LOST, async ({ page, axe, picture }) => {
  await open(page, "/");
  let lost = 0;
  await page.route("**/public.area", (route) => {
    lost += 1;
    return route.abort();
  });
  await page.locator(".cards a").first().click();
  const alert = page.locator("main [role=alert]");
  await alert.waitFor();
  assert.equal(await alert.getAttribute("data-problem"), "offline");
  await picture("area-lost");
  await axe();
  // Still not there: still said.
  await alert.getByRole("button").click();
  await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
  await alert.waitFor();
  assert.equal(lost, 2);
  await page.unroute("**/public.area");
  await alert.getByRole("button").click();
  await settled(page);
  assert.equal(await alert.count(), 0);
  assert.equal(await page.locator(".slabs").count(), 1);
});
