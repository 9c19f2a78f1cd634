import { createProxy } from "@gatehouse/client/next";

/** Leads strangers to the login, and extends the cookie of everybody else. The guard is requireSession() in each page. */
export const proxy = createProxy({ protect: ["/dashboard/:path*"] });
