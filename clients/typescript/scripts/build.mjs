// Builds dist/, or the folder that is named, from the same sources twice: as ES modules and for `require`, with types for each.

import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const compiler = join(folder, "node_modules", "typescript", "bin", "tsc");
const target = resolve(process.argv[2] ?? join(folder, "dist"));

rmSync(target, { recursive: true, force: true });
for (const [config, kind] of [["tsconfig.build.json", "esm"], ["tsconfig.cjs.json", "cjs"]]) {
  execFileSync(process.execPath, [compiler, "--project", config, "--outDir", join(target, kind)], { cwd: folder, stdio: "inherit" });
}
writeFileSync(join(target, "cjs", "package.json"), '{ "type": "commonjs" }\n');
