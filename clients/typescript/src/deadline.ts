/** How long something may take, and what ends it earlier. */

import { GatehouseError, GatehouseUnavailable } from "./errors.js";

/** The longest delay that timers support; longer ones would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface Limit {
  ms: number;
  /** The caller's signal. */
  signal: AbortSignal | undefined;
  /** For messages: method and path, without a query. */
  what: string;
}

/**
 * Resolves with the result of `work`. Rejects as soon as the time is up or the caller's signal is aborted, even if what `work` waits
 * for ignores `controller`, which is aborted after every failure. The error is the signal's reason if the signal was aborted, else a
 * GatehouseError if that is what failed, and GatehouseUnavailable for any other failure.
 */
export async function within<Result>(limit: Limit, controller: AbortController, work: () => Promise<Result>): Promise<Result> {
  const { ms, signal, what } = limit;
  signal?.throwIfAborted();
  let end!: (reason: unknown) => void;
  const over = new Promise<never>((_, reject) => (end = reject));
  const onAbort = () => {
    end(signal?.reason);
  };
  const onTime = () => {
    end(new GatehouseUnavailable("timeout", `Gatehouse did not answer ${what} in time`));
  };
  const timer = setTimeout(onTime, Math.min(ms, TIMER_MS_MAX));
  signal?.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work(), over]);
  } catch (error) {
    controller.abort();
    signal?.throwIfAborted();
    if (error instanceof GatehouseUnavailable || error instanceof GatehouseError) throw error;
    throw new GatehouseUnavailable("network", `Gatehouse cannot be reached for ${what}`, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Waits; rejects with the signal's reason when it is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let stop!: () => void;
  let timer!: ReturnType<typeof setTimeout>;
  await new Promise<void>((resolve) => {
    stop = resolve;
    timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", stop);
  });
  clearTimeout(timer);
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
}
