/** Runs programs as a user of the package would. */

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const folder = fileURLToPath(new URL("../..", import.meta.url));
const bin = `${folder}/node_modules/.bin`;

/** What a program prints. If it fails, this throws an error with all that it printed. */
export function run(program: string, args: readonly string[], cwd: string = folder): string {
  try {
    return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")}\n${stdout ?? ""}\n${stderr ?? ""}`, { cause: error });
  }
}

/** A tool that npm installed. esbuild is a program of its own; the others are scripts. */
export function tool(name: string, args: readonly string[], cwd?: string): string {
  return run(process.execPath, [`${bin}/${name}`, ...args], cwd);
}

/** Runs the toolchain's npm. */
export function npm(args: readonly string[]): string {
  return run(process.execPath, [`${folder}/toolchain/node_modules/npm/bin/npm-cli.js`, ...args]);
}

/** The system's Node.js programs on which the client can run. */
export function systemNodes(): string[] {
  return ["/usr/bin/node", "/usr/local/bin/node"].filter((path) => {
    try {
      return Number(/^v(\d+)/.exec(run(path, ["--version"]))?.[1]) >= 20;
    } catch {
      return false;
    }
  });
}
