/** The TypeScript in the project's documents. */

import { readFileSync } from "node:fs";

const root = new URL("../../../../", import.meta.url);

/** The code blocks of a document, in order. */
export function blocksOf(path: string, language = "ts"): string[] {
  const text = readFileSync(new URL(path, root), "utf8");
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, name]) => name === language).map(([, , code]) => code ?? "");
}
