/** Which paths of an application want a login. */

/**
 * A pattern as in Next.js's own matchers: `/dashboard`, `/users/:id`, `/dashboard/:path*`. The last kind also fits the path without
 * what `:path*` stands for.
 */
function patternOf(pattern: string): RegExp {
  if (!/^(\/(:\w+\*?|[\w.~-]+))+\/?$|^\/$/.test(pattern)) throw new TypeError(`protect: cannot read the pattern ${pattern}`);
  const source = pattern
    .replace(/\/$/, "")
    .replace(/[.]/g, "\\.")
    .replace(/\/:\w+\*/g, "(?:/.*)?")
    .replace(/:\w+/g, "[^/]+");
  return new RegExp(`^${source}/?$`, "i");
}

/**
 * Whether a path is one of those. It is compared as a server could read it at its loosest, decoded, without double slashes and in
 * either letter case, and a path that cannot be read is one of them.
 */
export function protectionOf(patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map(patternOf);
  return (path) => {
    const read = loosest(path);
    return read === null || expressions.some((expression) => expression.test(path) || expression.test(read));
  };
}

function loosest(path: string): string | null {
  try {
    return decodeURIComponent(path).replace(/[/\\]+/g, "/");
  } catch {
    return null;
  }
}
