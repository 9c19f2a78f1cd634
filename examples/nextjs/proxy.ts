import { createProxy } from "@gatehouse/client/next";

/** Redirects visitors without a session to the login, and extends the cookie of the others. The guard is requireSession() in each page. */
export const proxy = createProxy({ protect: ["/dashboard/:path*"] });
