/** The TypeScript in the project's documents. */

import { readFileSync } from "node:fs";

const root = new URL("../../../../", import.meta.url);

/** The blocks of a document in their order. */
export function blocksOf(path: string, language = "ts"): string[] {
  const text = readFileSync(new URL(path, root), "utf8");
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, name]) => name === language).map(([, , code]) => code ?? "");
}
