import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["dist/", ".generated/", "test/types/", "test/package/consumers/", "test/next/application/"]),
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", 500],
      "max-lines-per-function": ["error", 60],
      "no-console": "error",
      "no-restricted-imports": ["error", { patterns: ["node:*"] }],
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["src/node/*.ts"],
    rules: { "no-restricted-imports": "off" },
  },
  {
    // Tests run in Node.js only, and their functions may be long.
    files: ["test/**/*.ts", "vitest.config.ts"],
    rules: { "max-lines-per-function": "off", "no-restricted-imports": "off" },
  },
);
