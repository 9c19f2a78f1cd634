import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { fetchOver } from "../../src/node/unix_fetch.js";

const folder = mkdtempSync(join(tmpdir(), "unix-fetch-"));
const socket = join(folder, "socket");
let server: Server;

/** Whoever listens at the socket answers `/205` with the status 205. */
beforeAll(async () => {
  server = createServer((peer) => {
    peer.on("error", () => undefined);
    peer.on("data", (data) => {
      const status = /^GET \/(\d+) /.exec(data.toString("latin1"))?.[1] ?? "400";
      peer.end(`HTTP/1.1 ${status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const ask = (status: number) => fetchOver(socket)(`http://localhost/${status}`, {});

describe("an answer over a Unix socket", () => {
  it.each([200, 204, 205, 304])("may have the status %i", async (status) => {
    const response = await ask(status);
    expect([response.status, await response.text()]).toEqual([status, ""]);
  });

  it("ended the process with a status that cannot be", async () => {
    await expect(ask(700)).rejects.toThrow(TypeError);
  });
});
