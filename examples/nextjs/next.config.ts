import type { NextConfig } from "next";

const headers = [
  { key: "Content-Security-Policy", value: "frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'" },
  // The links in mails contain a token, which no other site may see.
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "X-Content-Type-Options", value: "nosniff" },
];

const config: NextConfig = {
  poweredByHeader: false,
  headers: () => Promise.resolve([{ source: "/:path*", headers }]),
};

export default config;
