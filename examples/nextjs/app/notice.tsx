export type Query = Promise<Record<string, string | string[] | undefined>>;

/** A parameter of the page's address; empty without it. */
export async function parameter(query: Query, name: string): Promise<string> {
  const value = (await query)[name];
  return typeof value === "string" ? value : "";
}

/** One of the page's own texts, chosen by `?notice=`: the form before leads here when it has succeeded. */
export async function Notice({ query, texts }: { query: Query; texts: Record<string, string> }) {
  const text = new Map(Object.entries(texts)).get(await parameter(query, "notice"));
  return text === undefined ? null : <p role="status">{text}</p>;
}
