// Builds dist/: the same sources once as ES modules and once for `require`, with types for each.

import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const compiler = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

rmSync(`${folder}/dist`, { recursive: true, force: true });
for (const config of ["tsconfig.build.json", "tsconfig.cjs.json"]) {
  execFileSync(process.execPath, [compiler, "--project", config], { cwd: folder, stdio: "inherit" });
}
writeFileSync(`${folder}/dist/cjs/package.json`, '{ "type": "commonjs" }\n');
