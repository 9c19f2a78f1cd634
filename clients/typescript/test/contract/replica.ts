/** Another replica of the program on the same database, which a test may stop, and the program's commands. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";

import { client, setting } from "./service.js";

const binary = setting("GATEHOUSE_BINARY");
const settings = JSON.parse(setting("GATEHOUSE_SETTINGS")) as Record<string, string>;

/** What a command prints. */
export function command(...args: string[]): string {
  return execFileSync(binary, args, { cwd: tmpdir(), env: settings, encoding: "utf8" });
}

export class Replica {
  readonly url: string;
  readonly #port: number;
  readonly #directory = mkdtempSync(join(tmpdir(), "gatehouse-replica-"));
  /** The path of its Unix socket. */
  readonly socket = join(this.#directory, "gatehouse.sock");
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts a replica that listens at its own address, also after a restart. */
  static async started(): Promise<Replica> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const replica = new Replica((server.address() as AddressInfo).port);
    server.close();
    await once(server, "close");
    await replica.start();
    return replica;
  }

  async start(): Promise<void> {
    const env = { ...settings, PORT: String(this.#port), LISTEN_UNIX: this.socket };
    this.#process = spawn(binary, ["serve"], { cwd: this.#directory, env, stdio: "ignore" });
    const isReady = () => client({ url: this.url, timeoutMs: 1000, retries: 0 }).ready().then(({ status }) => status === "ready", () => false);
    await vi.waitUntil(isReady, { timeout: 60_000, interval: 20 });
  }

  async stop(): Promise<void> {
    const ended = this.#process?.exitCode === null ? once(this.#process, "exit") : undefined;
    this.#process?.kill("SIGTERM");
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true });
  }
}
