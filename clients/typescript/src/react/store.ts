/**
 * Who is logged in, as the tabs of a browser agree on it.
 *
 * Each tab has a store. Whoever asks the application holds a lock that the tabs share, and tells the others the outcome before it lets
 * go; a tab that had to wait for the lock takes what it was told instead of asking again. Browsers promise no order between the end of
 * a lock and the arrival of what was told before it, so such a tab waits for the news, but not for ever: the other tab may have been
 * closed. Where the browser has no locks or channels, each tab asks for itself, which costs requests and nothing else.
 *
 * News carry their time: when the application was asked, for a login or a logout may overtake the answer. What is older than what a
 * tab knows is dropped. The clock is Date.now(), which all tabs share; performance.now() stops while the machine sleeps, and tabs in
 * several processes then differ. It may be set back, so what was learnt at a time that is still to come counts as old.
 */

import type { VerifiedSession } from "../model.js";

export type SessionState =
  | { readonly status: "loading"; readonly user: null }
  | { readonly status: "authenticated"; readonly user: VerifiedSession["user"] }
  | { readonly status: "unauthenticated"; readonly user: null };

interface News {
  session: VerifiedSession | null;
  /** Milliseconds since 1970. */
  at: number;
}

/** The tab that asked has nothing to tell: it got no answer, or one that was overtaken. */
interface NoNews {
  at: null;
}

/** Asks the application whose session the browser has. */
export type Load = () => Promise<VerifiedSession | null>;

const NAME = "gatehouse-session";
const NEWS_MS = 2_000;
/** The longest wait for an answer, for which every other tab waits, too. */
export const LOAD_MS = 10_000;
/** A tab that is looked at again asks only if what it knows is older. */
const FRESH_MS = 60_000;
/** The longest that timers know. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const loading: SessionState = { status: "loading", user: null };
const unauthenticated: SessionState = { status: "unauthenticated", user: null };

export class SessionStore {
  readonly #load: Load;
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #state: SessionState;
  /** What it was told or asked; counts up with each. */
  #news = 0;
  /** The time of the last. */
  #learntAt = 0;
  #isStarted = false;
  #asking: Promise<void> | undefined;
  #channel: BroadcastChannel | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  /** `session` is what the server knew when it made the page; undefined where it did not look. */
  constructor(load: Load, session: VerifiedSession | null | undefined) {
    this.#load = load;
    this.#state = session === undefined ? loading : stateOf(session);
  }

  // Functions of their own, as React's useSyncExternalStore wants them.
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): SessionState => this.#state;

  /** Asks the application, or waits for the tab that is asking. Rejects where that fails; what was known stays. */
  readonly refresh = (): Promise<void> => {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  };

  /** Listens to the other tabs and to the browser until the returned function is called; asks where the server did not look. */
  start(session: VerifiedSession | null | undefined): () => void {
    this.#isStarted = true;
    if (typeof BroadcastChannel !== "undefined") {
      this.#channel = new BroadcastChannel(NAME);
      this.#channel.onmessage = ({ data }: MessageEvent<News | NoNews>) => {
        if (data.at !== null && (data.at >= this.#learntAt || this.#ageMs() < 0)) this.#learn(data);
        for (const heard of [...this.#waiting]) heard();
      };
    }
    const ended = listen(this.#look, this.#quietly);
    if (session === undefined) this.#quietly();
    else this.tell(session);
    return () => {
      ended();
      this.#isStarted = false;
      clearTimeout(this.#expiry);
      this.#channel?.close();
      this.#channel = undefined;
    };
  }

  /** The server has said it with a page: after a login or a logout the other tabs learn it so. */
  tell(session: VerifiedSession | null): void {
    // It was known before the page came here, so an answer that is asked for at this moment is newer.
    this.#tell({ session, at: Date.now() - 1 });
  }

  #tell(news: News): void {
    this.#learn(news);
    this.#channel?.postMessage(news);
  }

  async #ask(): Promise<void> {
    const before = this.#news;
    // Only pages of https have it, and loopback.
    const locks = typeof navigator === "undefined" ? undefined : (navigator.locks as LockManager | undefined);
    if (!locks || !this.#channel) return this.#askNow();
    const free = await locks.request(NAME, { ifAvailable: true }, async (lock) => lock && (await this.#askNow(), true));
    if (free) return;
    await locks.request(NAME, async () => {
      await this.#newsSince(before);
      if (this.#news === before) await this.#askNow();
    });
  }

  /** Asks without regard to the other tabs, and tells them. What was learnt meanwhile stays unless it is older. */
  async #askNow(): Promise<void> {
    const [before, at] = [this.#news, Date.now()];
    try {
      const session = await this.#loaded();
      if (this.#news !== before && at < this.#learntAt) this.#tellNothing();
      else this.#tell({ session, at });
    } catch (error) {
      this.#tellNothing();
      throw error;
    }
  }

  #tellNothing(): void {
    this.#channel?.postMessage({ at: null } satisfies NoNews);
  }

  /** What `load` answers; rejects when that takes too long, even where it does not end by itself. */
  async #loaded(): Promise<VerifiedSession | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error("The application did not answer in time"));
      }, LOAD_MS);
    });
    try {
      return await Promise.race([this.#load(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when another tab has told how its asking ended, or has not for too long. */
  async #newsSince(before: number): Promise<void> {
    if (this.#news !== before) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, NEWS_MS);
      this.#waiting.add(done);
    });
  }

  #learn({ session, at }: News): void {
    this.#news += 1;
    this.#learntAt = at;
    clearTimeout(this.#expiry);
    // Use may have extended it by then, so it is asked and not just ended; not at once, for the browser's clock may be hours ahead.
    if (session && this.#isStarted) {
      this.#expiry = setTimeout(this.#quietly, Math.min(Math.max(FRESH_MS, Date.parse(session.expiresAt) - Date.now()), TIMER_MS_MAX));
    }
    this.#state = sameState(this.#state, stateOf(session));
    for (const listener of [...this.#listeners]) listener();
  }

  /** For what nobody waits for; what was known stays, and the next look asks again. */
  readonly #quietly = (): void => {
    this.refresh().catch(() => undefined);
  };

  readonly #look = (): void => {
    const ageMs = this.#ageMs();
    if (ageMs < 0 || ageMs > FRESH_MS) this.#quietly();
  };

  /** Negative where the clock was set back. */
  #ageMs(): number {
    return Date.now() - this.#learntAt;
  }
}

function stateOf(session: VerifiedSession | null): SessionState {
  return session ? { status: "authenticated", user: session.user } : unauthenticated;
}

/** The old one if it says the same: React then renders nothing anew. */
function sameState(old: SessionState, state: SessionState): SessionState {
  return JSON.stringify(old) === JSON.stringify(state) ? old : state;
}

/** Calls `look` when the tab is looked at, and `changed` when what it shows may be old: taken from the history, or back online. */
function listen(look: () => void, changed: () => void): () => void {
  const onVisible = () => {
    if (document.visibilityState === "visible") look();
  };
  const onShow = ({ persisted }: PageTransitionEvent) => {
    if (persisted) changed();
  };
  document.addEventListener("visibilitychange", onVisible);
  addEventListener("pageshow", onShow);
  addEventListener("online", changed);
  return () => {
    document.removeEventListener("visibilitychange", onVisible);
    removeEventListener("pageshow", onShow);
    removeEventListener("online", changed);
  };
}
