/**
 * Who is logged in. All tabs of a browser agree on it.
 *
 * Each tab has a store. A tab that asks the application holds a lock that the tabs share, and tells the others the outcome before it
 * releases the lock. A tab that had to wait for the lock takes what it was told instead of asking again. Browsers do not guarantee that a
 * message sent under the lock arrives before the lock passes on, so such a tab waits for the news, but not for ever: the other tab may
 * have been closed. If the browser has no locks or channels, each tab asks for itself, which costs requests and nothing else.
 *
 * News carries the time when the application was asked, because a login or a logout may overtake the answer. A tab drops news that is
 * older than what it knows. The clock is Date.now(), which all tabs share; performance.now() stops while the machine sleeps, and then
 * differs between tabs in different processes. Date.now() may be set back, so what was learnt at a time still to come counts as old.
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
/** The longest wait for an answer. Every other tab waits for it, too. */
export const LOAD_MS = 10_000;
/** A tab that becomes visible again asks only if what it knows is older than this. */
const FRESH_MS = 60_000;
/** The longest delay that timers support. */
const TIMER_MS_MAX = 2 ** 31 - 1;

const loading: SessionState = { status: "loading", user: null };
const unauthenticated: SessionState = { status: "unauthenticated", user: null };

export class SessionStore {
  readonly #load: Load;
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #state: SessionState;
  /** How often this tab has learnt something, by being told or by asking. */
  #news = 0;
  /** The time of the latest news. */
  #learntAt = 0;
  #isStarted = false;
  #asking: Promise<void> | undefined;
  #channel: BroadcastChannel | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  /** `session` is what the server knew when it rendered the page; undefined if it did not look. */
  constructor(load: Load, session: VerifiedSession | null | undefined) {
    this.#load = load;
    this.#state = session === undefined ? loading : stateOf(session);
  }

  // Bound to this object, because React's useSyncExternalStore calls them as plain functions.
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): SessionState => this.#state;

  /** Asks the application, or waits for the tab that is asking. Rejects if that fails; what was known stays. */
  readonly refresh = (): Promise<void> => {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  };

  /** Listens to the other tabs and to the browser until the returned function is called; asks if the server did not look. */
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

  /** Takes what the server said with a page, and tells the other tabs: this is how they learn of a login or a logout. */
  tell(session: VerifiedSession | null): void {
    // The server knew it before the page arrived, so an answer that is requested at this moment is newer.
    this.#tell({ session, at: Date.now() - 1 });
  }

  #tell(news: News): void {
    this.#learn(news);
    this.#channel?.postMessage(news);
  }

  async #ask(): Promise<void> {
    const before = this.#news;
    // Only pages from https or loopback have it.
    const locks = typeof navigator === "undefined" ? undefined : (navigator.locks as LockManager | undefined);
    if (!locks || !this.#channel) return this.#askNow();
    const free = await locks.request(NAME, { ifAvailable: true }, async (lock) => lock && (await this.#askNow(), true));
    if (free) return;
    await locks.request(NAME, async () => {
      await this.#newsSince(before);
      if (this.#news === before) await this.#askNow();
    });
  }

  /** Asks without regard to the other tabs, and tells them the outcome. What was learnt meanwhile stays unless it is older. */
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

  /** The result of `load`. Rejects when that takes too long, even if `load` does not end by itself. */
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

  /** Resolves when another tab has told the outcome of its request, or has not done so for too long. */
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
    // Use may have extended the session by then, so the tab asks instead of taking it as ended. It does not ask at once, because the
    // browser's clock may be hours ahead.
    if (session && this.#isStarted) {
      this.#expiry = setTimeout(this.#quietly, Math.min(Math.max(FRESH_MS, Date.parse(session.expiresAt) - Date.now()), TIMER_MS_MAX));
    }
    this.#state = sameState(this.#state, stateOf(session));
    for (const listener of [...this.#listeners]) listener();
  }

  /** Asks without anybody waiting. If it fails, what was known stays, and the next look asks again. */
  readonly #quietly = (): void => {
    this.refresh().catch(() => undefined);
  };

  readonly #look = (): void => {
    const ageMs = this.#ageMs();
    if (ageMs < 0 || ageMs > FRESH_MS) this.#quietly();
  };

  /** Negative if the clock was set back. */
  #ageMs(): number {
    return Date.now() - this.#learntAt;
  }
}

function stateOf(session: VerifiedSession | null): SessionState {
  return session ? { status: "authenticated", user: session.user } : unauthenticated;
}

/** The old state if it says the same, so that React does not render again. */
function sameState(old: SessionState, state: SessionState): SessionState {
  return JSON.stringify(old) === JSON.stringify(state) ? old : state;
}

/** Calls `look` when the tab becomes visible, and `changed` when it may show something old: back from the history, or back online. */
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
