import { createProxy } from "@gatehouse/client/next";

export const proxy = createProxy({ protect: ["/dashboard/:path*"] });
