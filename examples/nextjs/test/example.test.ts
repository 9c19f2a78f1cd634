import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Page } from "playwright-core";

import { barriers, gatehouse, linkTo, logIn, type Person, registered, send, setting, shows, Site, until } from "./site.ts";

let site: Site;

before(async () => {
  site = await Site.open();
});

after(async () => {
  await site.close();
});

async function loggedIn(): Promise<{ person: Person; page: Page }> {
  const [person, page] = [await registered(), await site.page()];
  await logIn(page, person);
  return { person, page };
}

// In parallel, because most of the time is spent waiting.
describe("the example", { concurrency: 3 }, () => {
  it("lets somebody sign up, verify the email, and change the password", async () => {
    const page = await site.page();
    await page.goto("/");
    await page.waitForURL("/login?return=%2Fdashboard");
    await page.getByRole("link", { name: "Create an account" }).click();
    await page.waitForURL("/signup");
    const form = { "First name": "Grace", "Last name": "Hopper", Email: "grace@example.com" };
    await send(page, "Create account", { ...form, Password: "password" });
    await shows(page, "Password must not be one of the most common");
    assert.equal(await page.getByLabel("Email").inputValue(), form.Email, "what was typed stays");
    await send(page, "Create account", { Password: "analytical engine no. 1" });
    await shows(page, "Hello Grace");

    await send(page, "Send me the link");
    await shows(page, "A link is on its way");
    const link = await linkTo("/verify-email", form.Email);
    await page.goto(link);
    await send(page, "Verify my email");
    await shows(page, "Your email is verified");
    assert.equal(await page.getByText("is not verified yet").count(), 0);
    await page.goto(link);
    await send(page, "Verify my email");
    await shows(page, "Invalid or expired token");

    await page.goto("/dashboard/password");
    await send(page, "Change password", { "Current password": "wrong", "New password": "analytical engine no. 2" });
    await shows(page, "Invalid credentials");
    await send(page, "Change password", { "Current password": "analytical engine no. 1", "New password": "short" });
    await shows(page, "New password must");
    await send(page, "Change password", { "Current password": "analytical engine no. 1", "New password": "analytical engine no. 2" });
    await shows(page, "Your password has been changed");
    await send(page, "Log out");
    await page.waitForURL("/login");
    const cookies = (await page.context().cookies()).map(({ name, httpOnly, secure }) => ({ name, httpOnly, secure }));
    assert.deepEqual(cookies, [{ name: "__Host-gatehouse_device", httpOnly: true, secure: true }]);
  });

  it("changes the email when the link to the new one is followed", async () => {
    const { person, page } = await loggedIn();
    const email = `new-${person.email}`;
    await page.getByRole("link", { name: "Change email" }).click();
    await page.waitForURL("/dashboard/email");
    await send(page, "Send me a link", { "New email": email, Password: "wrong" });
    await shows(page, "Invalid credentials");
    await send(page, "Send me a link", { Password: person.password });
    await shows(page, "A link is on its way to your new email");
    const link = await linkTo("/confirm-email", email);
    await page.goto(link);
    await send(page, "Use this email");
    await shows(page, "Your email has been changed");
    await page.goto("/dashboard/email");
    await shows(page, `It is ${email}`);
    await page.goto(link);
    await send(page, "Use this email");
    await shows(page, "Invalid or expired token");
    await logIn(await site.page(), { ...person, email });
  });

  it("replaces a forgotten password with the link of a mail, once", async () => {
    const { person, page } = await loggedIn();
    const other = await site.page();
    await other.goto("/login");
    await other.getByRole("link", { name: "Forgotten your password?" }).click();
    await other.waitForURL("/forgot-password");
    await send(other, "Send me a link", { Email: person.email });
    await shows(other, "a link is on its way");
    const link = await linkTo("/reset-password", person.email);
    await other.goto(link);
    await send(other, "Set password", { "New password": "difference engine no. 2" });
    await shows(other, "Log in with the new one");
    await page.reload();
    await page.waitForURL("/login?return=%2Fdashboard");
    await logIn(other, { ...person, password: "difference engine no. 2" });
    await other.goto(link);
    await send(other, "Set password", { "New password": "difference engine no. 3" });
    await shows(other, "Invalid or expired token");
  });

  it("ends sessions one by one, and all others at once", async () => {
    const { person, page } = await loggedIn();
    const [phone, tablet, library] = await Promise.all([0, 1, 2].map(() => gatehouse.login(person, { clientAddress: "203.0.113.9", userAgent: "Firefox iPhone" })));
    assert(phone && tablet && library);
    const ended = async () => (await Promise.all([phone, tablet, library].map(({ session }) => gatehouse.session.verify(session)))).filter((found) => found === null);
    await page.reload();
    const others = page.getByRole("listitem").filter({ hasText: "Firefox on iPhone" });
    assert.equal(await others.count(), 3);
    assert.equal(await page.getByText("this one").count(), 1);
    await others.first().getByRole("button", { name: "End the session of Firefox on iPhone" }).click();
    await shows(page, "The session has ended");
    await until("one session less", async () => ((await others.count()) === 2 ? true : undefined));
    assert.equal((await ended()).length, 1);
    await send(page, "End all other sessions");
    await shows(page, "All other sessions have ended");
    assert.equal((await ended()).length, 3);
    await page.reload();
    assert.equal(await page.getByRole("listitem").count(), 1);
  });

  it("works without JavaScript", async () => {
    const person = await registered();
    const page = await site.page({ javaScriptEnabled: false });
    await page.goto("/dashboard/password");
    await send(page, "Log in", { Email: person.email, Password: "wrong" });
    await shows(page, "Invalid credentials");
    await send(page, "Log in", { Email: person.email, Password: person.password });
    await page.waitForURL("/dashboard/password");
    await send(page, "Change password", { "Current password": person.password, "New password": "difference engine no. 2" });
    await shows(page, "Your password has been changed");
    await gatehouse.login({ ...person, password: "difference engine no. 2" });
    await page.reload();
    await send(page, "End the session of A browser");
    await shows(page, "The session has ended");
    await send(page, "Send me the link");
    await page.goto(await linkTo("/verify-email", person.email));
    await send(page, "Verify my email");
    await shows(page, "Your email is verified");
    await send(page, "Log out");
    await page.waitForURL("/login");
    await page.goto("/forgot-password");
    await send(page, "Send me a link", { Email: person.email });
    await page.goto(await linkTo("/reset-password", person.email));
    await send(page, "Set password", { "New password": "difference engine no. 3" });
    await shows(page, "Log in with the new one");
  });

  it("shows a logout in the other tab", async () => {
    const { page } = await loggedIn();
    const other = await page.context().newPage();
    await other.goto("/dashboard");
    await shows(other, "Hello Ada");
    await send(page, "Log out");
    await other.waitForURL("/login");
  });

  it("leaves nothing for the back button after a logout", async () => {
    const { page, person } = await loggedIn();
    await page.getByRole("link", { name: "Change password" }).click();
    await page.waitForURL("/dashboard/password");
    await page.goto("/dashboard");
    await send(page, "Log out");
    await page.waitForURL("/login");
    for (let steps = 0; steps < 3; steps += 1) {
      await page.goBack();
      await page.waitForURL(/\/login/);
      await page.getByRole("heading", { name: "Log in" }).waitFor();
      assert.equal(await page.getByText(/Hello Ada|This ends all/).count(), 0);
      assert.equal(await page.getByText(person.email).count(), 0);
    }
  });

  it("sees a logout from elsewhere when the browser is online again", async () => {
    const { page, person } = await loggedIn();
    await page.context().setOffline(true);
    await gatehouse.users.endSessions(person.id);
    await shows(page, "Hello Ada");
    await page.context().setOffline(false);
    await page.waitForURL("/login");
  });

  it("shows nothing and logs nobody out while Gatehouse is down", async () => {
    // fetch refuses to connect to this port.
    const lost = await Site.open({ API_URL: "http://127.0.0.1:9" });
    try {
      const page = await lost.page();
      await page.goto("/login");
      const { origin } = new URL(page.url());
      await page.context().addCookies([{ name: "session", value: "s", url: origin, httpOnly: true, sameSite: "Lax" }]);
      await page.goto("/login");
      await shows(page, "Something went wrong");
      assert.equal((await page.goto("/dashboard"))?.status(), 503);
      assert.equal((await page.context().cookies()).length, 1);
    } finally {
      await lost.close();
    }
  });

  it("needs no mouse", async () => {
    const { email, password } = await registered();
    const page = await site.page();
    await page.goto("/login");
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("name") ?? document.activeElement?.textContent);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "email");
    await page.keyboard.type(email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Log in");
    assert.notEqual(await page.evaluate(() => document.activeElement && getComputedStyle(document.activeElement).outlineStyle), "none");
    await page.keyboard.press("Enter");
    await page.waitForURL("/dashboard");
    await shows(page, "Hello Ada");
    await until("the logout", async () => {
      await page.keyboard.press("Tab");
      return (await focused()) === "Log out" ? true : undefined;
    });
    await page.keyboard.press("Enter");
    await page.waitForURL("/login");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no serious barriers in ${colorScheme} colours`, async () => {
      const person = await registered();
      const page = await site.page({ colorScheme, viewport: { width: 760, height: 680 } });
      const picture = (name: string) => page.screenshot({ path: join(setting("SCREENSHOTS"), `${name}-${colorScheme}.png`) });
      for (const path of ["/login", "/signup", "/forgot-password?notice=sent", "/reset-password?token=x", "/verify-email?token=x", "/confirm-email?token=x"]) {
        await page.goto(path);
        assert.deepEqual(await barriers(page), [], path);
      }
      await page.goto("/login");
      await picture("login");
      await send(page, "Log in", { Email: person.email, Password: "wrong" });
      await shows(page, "Invalid credentials");
      assert.deepEqual(await barriers(page), [], "a refusal");
      await gatehouse.login(person, { clientAddress: "203.0.113.9", userAgent: "Firefox iPhone" });
      await logIn(page, person);
      await shows(page, "Hello Ada");
      assert.deepEqual(await barriers(page), [], "/dashboard");
      await picture("dashboard");
      for (const path of ["/dashboard/password", "/dashboard/email"]) {
        await page.goto(path);
        assert.deepEqual(await barriers(page), [], path);
      }
    });
  }
});
