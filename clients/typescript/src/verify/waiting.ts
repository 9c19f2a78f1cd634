/** Waiting for something that others do. */

/** Waits without keeping a program alive that has nothing else to do. Resolves early when aborted. */
export async function idle(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    // Only Node.js, Deno and Bun have `unref`; elsewhere a timer is a number.
    (timer as { unref?: () => void }).unref?.();
    signal.addEventListener("abort", done);
  });
}

/** A moment that many wait for, each for a limited time. */
export class Signpost {
  readonly #waiting = new Set<(error?: Error) => void>();

  /** Resolves with reach(), and rejects with fail(), or with `late()` when the time is up. */
  async reached(ms: number, late: () => Error): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = (error?: Error) => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        if (error) reject(error);
        else resolve();
      };
      const timer = setTimeout(() => {
        done(late());
      }, ms);
      this.#waiting.add(done);
    });
  }

  reach(): void {
    for (const done of [...this.#waiting]) done();
  }

  fail(error: Error): void {
    for (const done of [...this.#waiting]) done(error);
  }
}
