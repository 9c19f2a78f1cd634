/** The text of an answer as it arrives. */

import { within } from "./deadline.js";
import type { Stream } from "./transport.js";

/** The parts of a body of any length. Each wait for a part is bounded. Leaving the loop early aborts the request. */
export async function* textOf(stream: Stream): AsyncGenerator<string, void, undefined> {
  const { response, limit, controller } = stream;
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  try {
    while (true) {
      const { done, value } = await within(limit, controller, () => reader.read());
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      if (text) yield text;
      if (done) return;
    }
  } finally {
    controller.abort();
  }
}
