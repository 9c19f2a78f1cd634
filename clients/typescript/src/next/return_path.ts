/**
 * Where to go after a login: a path on this site. `wanted` comes from a query or a form, so anybody may have written it; if it could lead
 * elsewhere, `otherwise` takes its place.
 */
export function returnPath(wanted: unknown, otherwise: string): string {
  // Browsers read a backslash as a slash, and drop tabs and line breaks: "/\evil.example" and "/<tab>/evil.example" are other sites.
  if (typeof wanted !== "string" || !/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes("\\")) return otherwise;
  try {
    const base = "http://this-site.invalid";
    const target = new URL(wanted, base);
    const path = target.pathname + target.search + target.hash;
    // "/./" and "/../" are resolved, which may leave two slashes at the beginning.
    return target.origin === base && !path.startsWith("//") ? path : otherwise;
  } catch {
    return otherwise;
  }
}

/** The path of the login page, with the path to return to. */
export function loginPath(login: string, back?: string): string {
  return back === undefined ? login : `${login}?return=${encodeURIComponent(back)}`;
}
