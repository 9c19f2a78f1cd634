"use client";

/** Shown if a page could not be rendered: most likely Gatehouse is down, or its key is wrong. The server's log says which. */
export default function Failed({ reset }: { reset: () => void }) {
  return (
    <main className="card">
      <h1>Something went wrong</h1>
      <p>You have not been logged out. Please try again in a moment.</p>
      <button onClick={reset}>Try again</button>
    </main>
  );
}
