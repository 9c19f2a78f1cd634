/** The example as its users see it: built, served on http://localhost, and opened in Chromium. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { createClient } from "@gatehouse/client";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const folder = join(import.meta.dirname, "..");
const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
/** For waits that must not fail on a machine that stalls. */
const PATIENCE_MS = 60_000;

export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: these tests are started by ./dev test --quick nextjs`);
  return value;
}

export const gatehouse = createClient({ url: setting("API_URL"), apiKey: setting("API_KEY"), timeoutMs: PATIENCE_MS });

export interface Person {
  id: number;
  email: string;
  password: string;
}

let people = 0;

/** Somebody with an account. */
export async function registered(): Promise<Person> {
  people += 1;
  const person = { first_name: "Ada", last_name: "Lovelace", email: `ada-${people}@example.com`, password: "correct horse battery" };
  return { ...person, id: (await gatehouse.users.create(person)).id };
}

/** The link to the path from the newest mail to somebody that has one. The service writes mails after it has answered. */
export async function linkTo(path: string, email: string): Promise<string> {
  const outbox = setting("GATEHOUSE_OUTBOX");
  const link = new RegExp(`http://localhost:${setting("PORT")}${path}\\?token=[\\w-]+`);
  return until(`a mail to ${email}`, () => {
    const names = existsSync(outbox) ? readdirSync(outbox).filter((name) => name.endsWith(".eml")) : [];
    const newestFirst = names.sort((one, other) => parseInt(other) - parseInt(one));
    const mails = newestFirst.map((name) => readFileSync(join(outbox, name), "utf8").replace(/=\r?\n/g, "").replaceAll("=3D", "="));
    return mails.filter((mail) => mail.includes(email)).map((mail) => link.exec(mail)?.[0]).find((found) => found !== undefined);
  });
}

/** Calls `look` until it finds something, and returns that. */
export async function until<Found>(what: string, look: () => Found | undefined | Promise<Found | undefined>): Promise<Found> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}

export class Site {
  readonly #origin: string;
  readonly #server: ChildProcess;
  readonly #browser: Browser;

  private constructor(origin: string, server: ChildProcess, browser: Browser) {
    this.#origin = origin;
    this.#server = server;
    this.#browser = browser;
  }

  /** Serves the example on the port in the mails' links or, with settings of its own, on any port. */
  static async open(settings?: Record<string, string>): Promise<Site> {
    const args = [next, "start", folder, "--hostname", "localhost", "--port", settings ? "0" : setting("PORT")];
    const server = spawn(process.execPath, args, { env: { ...process.env, ...settings }, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    server.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
    const origin = await until("the application", () => {
      if (server.exitCode !== null) throw new Error(`next start ended: ${output}`);
      return /(http:\/\/localhost:\d+)[^]*Ready in/.exec(output)?.[1];
    });
    // Playwright disables the back/forward cache, which is on in browsers, and from which the back button takes pages.
    const options = { executablePath: "/usr/bin/chromium", ignoreDefaultArgs: ["--disable-back-forward-cache"] };
    return new Site(origin, server, await chromium.launch(options));
  }

  /** A page in a separate browser context, without cookies. */
  async page(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ baseURL: this.#origin, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    return context.newPage();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    const ended = new Promise((resolve) => this.#server.once("exit", resolve));
    this.#server.kill("SIGTERM");
    await ended;
  }
}

/** Fills in the page's fields by their labels, and presses the button. */
export async function send(page: Page, button: string, values: Record<string, string> = {}): Promise<void> {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole("button", { name: button }).click();
}

export async function logIn(page: Page, { email, password }: Person): Promise<void> {
  await page.goto("/login");
  await send(page, "Log in", { Email: email, Password: password });
  await page.waitForURL("/dashboard");
}

/** Waits until the page shows the text. */
export async function shows(page: Page, text: string | RegExp): Promise<void> {
  await page.getByText(text).first().waitFor();
}

/** The accessibility violations on the current page that axe calls serious or critical. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
}
