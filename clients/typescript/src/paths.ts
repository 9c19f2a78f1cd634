/**
 * A number for a path. Throws a TypeError for anything else, so that a string from a browser, which JavaScript would accept as well,
 * cannot lead to another path.
 */
export function idOf(id: number): number {
  if (!Number.isSafeInteger(id) || id < 1) throw new TypeError("id must be a positive integer");
  return id;
}

/** The same for the id of an API key, ten letters and digits. */
export function publicIdOf(id: string): string {
  if (typeof id !== "string" || !/^[0-9a-z]{10}$/.test(id)) throw new TypeError("id must be ten letters and digits");
  return id;
}
