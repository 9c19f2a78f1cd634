/** The TypeScript in the project's documents. */

import { readFileSync } from "node:fs";

const root = new URL("../../../../", import.meta.url);

/** The blocks of a document in their order. */
export function blocksOf(path: string): string[] {
  return [...readFileSync(new URL(path, root), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? "");
}
