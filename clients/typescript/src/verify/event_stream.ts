/** Reads a stream of server-sent events (the HTML standard, section 9.2). EventSource itself cannot send an API key. */

export interface StreamEvent {
  type: string;
  data: string;
}

/** Many times the length of the service's largest event. */
const EVENT_CHARACTERS_MAX = 4_194_304;
const LINE_END = /\r\n|\n|\r/;

export class EventStreamReader {
  /** A line that has not ended. */
  #rest = "";
  /** The last part ended with CR, so an LF at the beginning of the next one belongs to the same line end. */
  #afterReturn = false;
  #type = "";
  #data: string[] = [];
  #characters = 0;

  /** The events that are complete with this part of the stream. Throws if one is too large. */
  *read(text: string): Generator<StreamEvent, void, undefined> {
    const whole = this.#rest + (this.#afterReturn && text.startsWith("\n") ? text.slice(1) : text);
    this.#afterReturn = text.endsWith("\r");
    const lines = whole.split(LINE_END);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") yield* this.#dispatched();
      else this.#take(line);
    }
    if (this.#rest.length + this.#characters > EVENT_CHARACTERS_MAX) throw new RangeError("An event is too large");
  }

  /** Takes one `field: value`. Comments have no name; `id` and `retry` say nothing that is not known from elsewhere. */
  #take(line: string): void {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    if (field === "data") this.#data.push(value);
    this.#characters += line.length;
    if (this.#characters > EVENT_CHARACTERS_MAX) throw new RangeError("An event is too large");
  }

  *#dispatched(): Generator<StreamEvent, void, undefined> {
    const event = { type: this.#type || "message", data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#type = "";
    this.#data = [];
    this.#characters = 0;
    if (!empty) yield event;
  }
}
