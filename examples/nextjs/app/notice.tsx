export type Query = Promise<Record<string, string | string[] | undefined>>;

/** A parameter from the page's address; empty if there is none. */
export async function parameter(query: Query, name: string): Promise<string> {
  const value = (await query)[name];
  return typeof value === "string" ? value : "";
}

/** One of the page's own texts, chosen by `?notice=`: a form that has succeeded redirects here. */
export async function Notice({ query, texts }: { query: Query; texts: Record<string, string> }) {
  const text = new Map(Object.entries(texts)).get(await parameter(query, "notice"));
  return text === undefined ? null : <p role="status">{text}</p>;
}
