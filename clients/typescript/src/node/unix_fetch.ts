/// <reference types="node" />
/** `fetch` over a Unix socket. */

import { type IncomingMessage, request as open } from "node:http";
import { Readable } from "node:stream";

import type { Fetch } from "../options.js";

/** A `Response` with one of these statuses cannot have a body. */
const WITHOUT_BODY = [204, 205, 304];

/** A `fetch` that sends every request to the socket at this path, whatever host the URL names. Connections are kept for a few seconds. */
export function fetchOver(socketPath: string): Fetch {
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const { pathname, search } = new URL(url);
      const request = open({
        socketPath,
        path: pathname + search,
        method: method ?? "GET",
        headers: Object.fromEntries(new Headers(headers)),
        ...(signal ? { signal } : {}),
      });
      request.on("response", (answer) => {
        try {
          resolve(responseOf(answer));
        } catch (cause) {
          answer.destroy();
          reject(new TypeError("The answer is not one of HTTP", { cause }));
        }
      });
      request.on("error", reject);
      request.end(body);
    });
}

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const status = answer.statusCode ?? 0;
  const body = WITHOUT_BODY.includes(status) ? null : (Readable.toWeb(answer) as unknown as ReadableStream);
  return new Response(body, { status, headers });
}
