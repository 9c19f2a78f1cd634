import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { blocksOf } from "./documents.js";
import { folder, npm, run, systemNodes, tool } from "./tools.js";

const CORE_BYTES_MAX = 6144;
/** What the documents' programs use of Node.js, for whose types the application has no declarations. */
const SURROUNDINGS = "declare const process: { env: Record<string, string | undefined> }; declare const console: { log(...values: unknown[]): void };\n";

/** An application that has installed the packed package and nothing else. */
const application = mkdtempSync(join(tmpdir(), "gatehouse-application-"));
const installed = join(application, "node_modules", "@gatehouse", "client");
let tarball = "";

beforeAll(() => {
  run(process.execPath, ["scripts/build.mjs"]);
  const [packed] = JSON.parse(npm(["pack", "--json", "--ignore-scripts", "--pack-destination", application])) as { filename: string }[];
  // Before version 9, npm printed the name with its slash.
  tarball = join(application, (packed?.filename ?? "").replace("@", "").replace("/", "-"));
  mkdirSync(installed, { recursive: true });
  run("tar", ["-xzf", tarball, "-C", installed, "--strip-components", "1"]);
  cpSync(join(folder, "test/package/consumers"), application, { recursive: true });
});

afterAll(() => {
  rmSync(application, { recursive: true, force: true });
});

describe("the package", () => {
  it("contains what it needs and nothing else", () => {
    const parts = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((path) => /\.\w+$|LICENSE/.test(path));
    const sources = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts")).map((path) => path.replace(/\.ts$/, ""));
    const built = ["esm", "cjs"].flatMap((kind) => sources.flatMap((name) => [`dist/${kind}/${name}.js`, `dist/${kind}/${name}.d.ts`]));
    expect(parts.sort()).toEqual(["LICENSE", "README.md", "package.json", "dist/cjs/package.json", ...built].sort());
  });

  it("has no dependencies, no scripts that run at its installation, and nothing of Node.js", () => {
    const described = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as Record<string, object | undefined>;
    expect(Object.keys(described).filter((name) => name.endsWith("ependencies"))).toEqual(["peerDependencies", "devDependencies"]);
    expect(Object.keys(described["scripts"] ?? {}).filter((name) => /install|prepare/.test(name))).toEqual([]);
    for (const kind of ["esm", "esm/verify", "cjs", "cjs/verify"]) {
      for (const name of readdirSync(join(installed, "dist", kind)).filter((part) => part.includes("."))) {
        expect(readFileSync(join(installed, "dist", kind, name), "utf8"), name).not.toMatch(/node:|\bprocess\.|\bBuffer\b|reference types/);
      }
    }
  });

  it("satisfies publint", () => {
    expect(tool("publint", ["run", tarball, "--strict"])).toContain("All good!");
  });

  it("has the right types for each way to resolve it", () => {
    // "node10" knows only the main entry point.
    tool("attw", [tarball, "--format", "ascii", "--profile", "node16"]);
  });

  it("has types that an application and the documents can be compiled with", () => {
    for (const path of ["docs/clients.md", "clients/typescript/README.md"]) {
      const blocks = blocksOf(path);
      expect(blocks.length).toBeGreaterThan(0);
      for (const [index, code] of blocks.entries()) writeFileSync(join(application, `${path.replaceAll("/", "-")}-${index}.mts`), SURROUNDINGS + code);
    }
    tool("tsc", ["--project", application]);
  });
});

describe("the documents", () => {
  it("showed a proxy that Next.js did not find in middleware.ts", () => {
    const proxy = blocksOf("docs/clients.md", "tsx").find((code) => code.startsWith("// proxy.ts"));
    expect(proxy).toMatch(/^export default createProxy\(/m);
    expect(proxy).not.toMatch(/^export (const|function|\{)/m);
  });

  it("show an application of Next.js that compiles", () => {
    const place = join(folder, ".generated", "documented");
    rmSync(place, { recursive: true, force: true });
    const files = blocksOf("docs/clients.md", "tsx").map((code) => [/^\/\/ ([\w/.]+)/.exec(code)?.[1] ?? "", code] as const);
    expect(files.map(([name]) => name)).toEqual(["app/login/page.tsx", "app/login/form.tsx", "app/dashboard/page.tsx", "proxy.ts", "app/api/session/route.ts", "app/layout.tsx", "app/greeting.tsx"]);
    for (const [name, code] of files) {
      mkdirSync(dirname(join(place, name)), { recursive: true });
      writeFileSync(join(place, name), code);
    }
    const compilerOptions = { module: "esnext", moduleResolution: "bundler", jsx: "react-jsx", types: ["node", "react"], paths: { "@gatehouse/client/*": ["../../src/*/index.ts"] } };
    writeFileSync(join(place, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["."], exclude: [] }));
    tool("tsc", ["--project", place]);
  });
});

const used = { known: true, requests: ["GET http://gatehouse.test/users/7"], unavailable: "GatehouseUnavailable", verified: "7" };

describe.each([process.execPath, ...systemNodes()])("in %s", (node) => {
  it.each(["use.mjs", "use.cjs"])("%s works", (program) => {
    expect(JSON.parse(run(node, [program], application))).toEqual(used);
  });
});

describe.each(["/usr/bin/deno", "/usr/local/bin/deno", "/usr/bin/bun", "/usr/local/bin/bun"].filter((path) => existsSync(path)))("in %s", (runtime) => {
  it("works", () => {
    const options = runtime.endsWith("deno") ? ["run", "--node-modules-dir=manual", "--allow-read"] : ["run"];
    expect(JSON.parse(run(runtime, [...options, "use.mjs"], application))).toEqual(used);
  });
});

/** The code bundled for a browser, with everything that the bundler cannot leave out. */
async function bundled(entry: string, format: "esm" | "iife"): Promise<string> {
  const result = await build({ stdin: { contents: entry, resolveDir: application }, bundle: true, minify: true, platform: "browser", format, target: "es2022", write: false });
  return result.outputFiles[0]?.text ?? "";
}

describe("in a bundle for browsers", () => {
  it("is small", async () => {
    const core = await bundled('export { createClient, GatehouseError, GatehouseUnavailable, isGatehouseError, isGatehouseUnavailable } from "@gatehouse/client"', "esm");
    const bytes = gzipSync(core, { level: 9 }).byteLength;
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThanOrEqual(CORE_BYTES_MAX);
  });

  it("asks with nothing but what browsers have", async () => {
    const server = createServer((request, response) => {
      response.setHeader("Content-Type", "application/json").end(JSON.stringify({ path: request.url, key: request.headers["x-api-key"] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const code = await bundled(`import { createClient } from "@gatehouse/client"; result = createClient({ url: ${JSON.stringify(url)}, apiKey: "k" }).users.get(7);`, "iife");
    // The globals that the client uses and that a page has, and none of Node.js.
    const page = ["fetch", "Request", "URL", "URLSearchParams", "AbortController", "TextDecoder", "setTimeout", "clearTimeout", "performance"];
    const { createContext, runInContext } = await import("node:vm");
    const scope = createContext({ result: undefined, ...Object.fromEntries(page.map((name) => [name, (globalThis as Record<string, unknown>)[name]])) });
    runInContext(code, scope);
    expect(await (scope as { result?: Promise<unknown> }).result).toEqual({ path: "/users/7", key: "k" });
    await new Promise((resolve) => server.close(resolve));
  });
});

interface Lock {
  packages: Record<string, { resolved?: string; integrity?: string; inBundle?: boolean }>;
}

describe("the lock files", () => {
  it.each(["package-lock.json", "toolchain/package-lock.json"])("%s pins every package without saying where it was downloaded", (path) => {
    const lock = JSON.parse(readFileSync(join(folder, path), "utf8")) as Lock;
    const packages = Object.entries(lock.packages).filter(([name, { inBundle }]) => name && !inBundle);
    expect(packages.length).toBeGreaterThan(2);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(packages.filter(([, { integrity }]) => !integrity)).toEqual([]);
  });
});
