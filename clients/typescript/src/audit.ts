/** The audit trail: what happened, to whom, and who did it. */

import { nextOf } from "./answer.js";
import { itemsOf, linesOf } from "./lists.js";
import type { AuditEvent, AuditFilter, Page } from "./model.js";
import type { CallOptions, ListOptions, PageOptions } from "./options.js";
import type { Transport } from "./transport.js";

export class Audit {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Events, newest first. */
  list(filter: AuditFilter = {}, options: ListOptions = {}): AsyncGenerator<AuditEvent, void, undefined> {
    return itemsOf((after) => this.page(filter, after === undefined ? options : { ...options, after }));
  }

  /** One page of events. It may be short, or empty, although older events follow: only `next` says whether it is the last page. */
  async page(filter: AuditFilter = {}, options: PageOptions = {}): Promise<Page<AuditEvent>> {
    const { type, user, actor, outcome, from, to } = filter;
    const query = { type, user, actor, outcome, from, to, limit: options.limit, after: options.after };
    const { headers, body } = await this.#transport.send({ method: "GET", path: "/audit", query }, options);
    return { items: body["events"] as AuditEvent[], next: nextOf(headers) };
  }

  /** All events of a period, oldest first, as one stream of any length. `timeoutMs` bounds each wait for more of it. */
  async *export(time: Pick<AuditFilter, "from" | "to"> = {}, options?: CallOptions): AsyncGenerator<AuditEvent, void, undefined> {
    const { from, to } = time;
    yield* linesOf(await this.#transport.stream({ method: "GET", path: "/audit/export", query: { from, to } }, options));
  }
}
