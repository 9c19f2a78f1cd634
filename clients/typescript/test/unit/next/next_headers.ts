/** The request that is being answered, in place of the one from `next/headers`. */

export interface Kept {
  value: string;
  options?: { expires: Date };
}

export const request = { headers: new Headers(), jar: new Map<string, Kept>() };

/** A request without cookies, from a page of the site. */
export function freshRequest(): void {
  request.headers = new Headers({ Host: "app.example.com", Origin: "https://app.example.com", "X-Forwarded-For": "203.0.113.9", "User-Agent": "M" });
  request.jar = new Map();
}

export const headers = () => Promise.resolve(request.headers);

export const cookies = () =>
  Promise.resolve({
    get: (name: string) => request.jar.get(name),
    set: (name: string, value: string, options: Kept["options"]) => request.jar.set(name, { value, ...(options && { options }) }),
  });
