/** Lists of any length, page by page or line by line. */

import { type Json, readJson } from "./answer.js";
import { textOf } from "./body.js";
import { GatehouseError, UNEXPECTED_ANSWER } from "./errors.js";
import type { Page } from "./model.js";
import type { Stream } from "./transport.js";

/** Many times the length of the longest event. */
const LINE_CHARACTERS_MAX = 1_048_576;

/** The items of all pages. The next page is requested when the previous one is used up. */
export async function* itemsOf<Item>(page: (after: string | undefined) => Promise<Page<Item>>): AsyncGenerator<Item, void, undefined> {
  let after: string | undefined;
  do {
    const { items, next } = await page(after);
    yield* items;
    after = next ?? undefined;
  } while (after !== undefined);
}

/** The values of a stream with one JSON object per line. Leaving the loop early aborts the request. */
export async function* linesOf<Item>(stream: Stream): AsyncGenerator<Item, void, undefined> {
  const { response } = stream;
  let rest = "";
  for await (const text of textOf(stream)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LINE_CHARACTERS_MAX) throw noLine(response);
    for (const line of lines) yield itemOf(line, response) as Item;
  }
  if (rest) throw noLine(response);
}

function itemOf(line: string, response: Response): Json {
  const item = readJson(line);
  if (item === null) throw noLine(response);
  return item;
}

function noLine(response: Response): GatehouseError {
  const requestId = response.headers.get("X-Request-Id");
  return new GatehouseError({ status: response.status, code: UNEXPECTED_ANSWER, message: "A line that is no event", requestId, details: [], retryAfter: null });
}
