/** A small Next.js application with the package in it, built and served, and a browser without JavaScript that uses it. */

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { folder, run } from "../package/tools.js";

// Below the folder whose lock file names Next.js, because Next.js looks for itself from there.
const place = join(folder, ".generated", "application");
/** The client, as built by the test run that starts this one. */
const dist = join(folder, ".generated", "dist");
const next = join(folder, "node_modules", "next", "dist", "bin", "next");

/** Builds the application without any settings, because those belong to the machine that runs it. */
export function buildApplication(): void {
  rmSync(place, { recursive: true, force: true });
  cpSync(join(folder, "test", "next", "application"), place, { recursive: true });
  const installed = join(place, "node_modules", "@gatehouse", "client");
  mkdirSync(installed, { recursive: true });
  cpSync(join(folder, "package.json"), join(installed, "package.json"));
  cpSync(dist, join(installed, "dist"), { recursive: true });
  run(process.execPath, [next, "build", place]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Application {
  readonly origin: string;
  readonly #process: ChildProcess;
  #output = "";

  private constructor(process: ChildProcess, origin: string) {
    this.#process = process;
    this.origin = origin;
    for (const stream of [process.stdout, process.stderr]) stream?.on("data", (bytes: Buffer) => (this.#output += bytes.toString()));
  }

  /** Starts the application with these settings, and waits until it is ready. */
  static async start(settings: Record<string, string>): Promise<Application> {
    const port = await freePort();
    const args = [next, "start", place, "--hostname", "127.0.0.1", "--port", String(port)];
    const started = new Application(spawn(process.execPath, args, { env: { ...process.env, NODE_ENV: "production", ...settings } }), `http://127.0.0.1:${port}`);
    while (!started.#output.includes("Ready in")) {
      if (started.#process.exitCode !== null) throw new Error(started.#output);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return started;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGTERM");
    await ended;
  }
}

/** It keeps cookies as browsers do, including those that require https, because browsers trust loopback. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  readonly address: string;

  constructor(origin: string, address: string) {
    this.#origin = origin;
    this.address = address;
  }

  async get(path: string): Promise<Response> {
    return this.#keep(await fetch(this.#origin + path, { redirect: "manual", headers: this.#fields() }));
  }

  /** Fills in the page's form and sends it to the page's own path. */
  async send(path: string, values: Record<string, string>, fields: Record<string, string> = { Origin: this.#origin }): Promise<Response> {
    const page = await (await this.get(path)).text();
    const form = new FormData();
    for (const [input] of page.matchAll(/<input [^>]*type="hidden"[^>]*>/g)) form.set(attributeOf(input, "name"), attributeOf(input, "value"));
    for (const [name, value] of Object.entries(values)) form.set(name, value);
    const headers = { ...this.#fields(), ...fields };
    return this.#keep(await fetch(this.#origin + path, { method: "POST", body: form, redirect: "manual", headers }));
  }

  #fields(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return { Cookie: cookie, "User-Agent": "Test browser", "X-Forwarded-For": `6.6.6.6, ${this.address}` };
  }

  #keep(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Expires=Thu, 01 Jan 1970|Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

function attributeOf(element: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1] ?? "";
  return value.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** The refusal that a form shows; null if it shows none. */
export function refusalIn(page: string): unknown {
  const shown = /<p role="alert">(.*?)<\/p>/.exec(page)?.[1];
  return shown === undefined ? null : JSON.parse(shown.replaceAll("&quot;", '"'));
}
