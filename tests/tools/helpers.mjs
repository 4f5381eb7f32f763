// What the browser tests share: the demonstration's accounts, signing in, and waiting until a page has settled.
import { url } from "./runner.mjs";

export const PASSWORD = "Parvis-demo-1";
export const ENGLISH = { locale: "en-GB" };
export const account = (name) => `${name}@demo.example`;

async function call(path, name, request) {
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: account(name), password: PASSWORD }),
  });
  const { access_token: token } = await login.json();
  const headers = { authorization: `Bearer ${token}`, ...request.headers };
  const answer = await fetch(`${url}/api/v1${path}`, { ...request, headers });
  if (!answer.ok) throw new Error(`${path} → ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** An answer of the API, read by somebody. */
export const api = (path, name = "admin") => call(path, name, {});

/** What somebody made by a post to the API. */
export const write = (path, body, name = "admin") =>
  call(path, name, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify(body),
  });

/** A programme of the demonstration that has a budget, with one of its steps, and one whose grants are paid in instalments. */
export async function demonstration() {
  const { items } = await api("/programmes?sort=code&limit=50", "coordinator");
  const programme = items.find(({ code, my_role }) => my_role === "coordinator" && code.startsWith("CV")) ?? items[0];
  const steps = await api(`/programmes/${programme.id}/participation-steps?limit=50`);
  const instalments = items.find(({ code }) => code.startsWith("PCMB")) ?? programme;
  return { programme: programme.id, step: steps.items[0].id, instalments: instalments.id };
}

/** Waits until nothing is loading any more. */
export async function settled(page) {
  await page.waitForLoadState("networkidle");
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
}

export async function open(page, path) {
  await page.goto(`${url}${path}`);
  await settled(page);
}

/** Signs in through the page for it, also where somebody else was signed in. */
export async function signIn(page, name = "coordinator") {
  await page.context().clearCookies();
  await open(page, "/sign-in");
  await page.locator("input[name=email]").fill(account(name));
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL("**/my");
  await settled(page);
}
