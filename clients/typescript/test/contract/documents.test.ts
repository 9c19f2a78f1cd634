import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { blocksOf } from "../package/documents.js";
import { apiKey, url } from "./service.js";

const generated = fileURLToPath(new URL("../../.generated/documents/", import.meta.url));

/** What a block of code prints when it is run as a module, with the settings that it reads. */
async function printedBy(code: string, name: string): Promise<string[]> {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...values) => void printed.push(values.join(" ")));
  const module = `${generated}${name}.ts`;
  writeFileSync(module, code.replace(/"@gatehouse\/client(\/\w+)?"/g, (_, part = "") => `"../../src${String(part)}/index.js"`));
  await import(/* @vite-ignore */ module);
  return printed;
}

beforeEach(() => {
  mkdirSync(generated, { recursive: true });
  vi.stubEnv("API_URL", url);
  vi.stubEnv("API_KEY", apiKey);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("docs/clients.md", () => {
  const expected = [
    [/^john@example.com \d{4}-/],
    [/^password: must /],
    [/^\d+ /, /^\d+ /],
    [/^logged in$/],
    [/^user \d+$/, /^nobody$/],
  ];

  it.each(blocksOf("docs/clients.md").map((code, index) => [index, code] as const))("block %i", async (index, code) => {
    const printed = await printedBy(code, `clients-${index}`);
    for (const [line, pattern] of (expected[index] ?? []).entries()) expect(printed[line]).toMatch(pattern);
    expect(expected).toHaveLength(blocksOf("docs/clients.md").length);
  });
});

describe("the package's README", () => {
  it("logs in and out", async () => {
    expect(await printedBy(blocksOf("clients/typescript/README.md")[0] ?? "", "readme")).toEqual([expect.stringMatching(/^John is logged in until \d{4}-/)]);
  });
});
