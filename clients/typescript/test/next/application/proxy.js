import { createProxy } from "@gatehouse/client/next";

export default createProxy({ protect: ["/dashboard/:path*"] });
