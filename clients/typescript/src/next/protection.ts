/** Which paths of an application require a login. */

/**
 * A pattern as in Next.js's own matchers: `/dashboard`, `/users/:id`, `/dashboard/:path*`. The last kind also matches the path without
 * anything for `:path*`.
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
 * Returns a function that says whether a path matches one of the patterns. The path is compared as it is and in the loosest way in which
 * a server could read it: decoded, without double slashes and in either letter case. A path that cannot be decoded counts as a match.
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
