/**
 * A number for a path. Throws a TypeError for anything else, so that a text from a browser, which JavaScript would take as well,
 * leads to no other path.
 */
export function idOf(id: number): number {
  if (!Number.isSafeInteger(id) || id < 1) throw new TypeError("id must be a positive integer");
  return id;
}
