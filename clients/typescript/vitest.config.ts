import { defineConfig } from "vitest/config";

/** Real programs stall on a busy machine; only what is broken takes so long. */
const PATIENCE_MS = 120_000;

const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: PATIENCE_MS, globals: false },
});

export default defineConfig({
  test: {
    // The contract tests share one program, and count what is in it.
    fileParallelism: false,
    projects: [project("unit", 20_000), project("contract", PATIENCE_MS), project("package", PATIENCE_MS), project("next", PATIENCE_MS)],
  },
});
