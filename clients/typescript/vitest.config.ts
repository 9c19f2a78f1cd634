import { defineConfig } from "vitest/config";

/** Real programs stall on a busy machine; only something broken takes this long. */
const PATIENCE_MS = 600_000;

const project = (name: string) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS, globals: false },
});

export default defineConfig({
  test: {
    // The contract tests share one running service, and count what is in it.
    fileParallelism: false,
    projects: [project("unit"), project("contract"), project("package"), project("next")],
  },
});
