// What the compiler knows about the package in an application.
import { createClient, isGatehouseError, type User, type VerifiedSession } from "@gatehouse/client";
import { createTokenVerifier, type TokenClaims } from "@gatehouse/client/verify";

const client = createClient({ url: "http://gatehouse.test", apiKey: "key", timeoutMs: 1000 });

export async function emails(): Promise<string[]> {
  const found: string[] = [];
  for await (const user of client.users.list({ limit: 10 })) found.push((user satisfies User).email);
  return found;
}

export async function whose(cookie: string | undefined): Promise<VerifiedSession | null> {
  try {
    return await client.session.verify(cookie);
  } catch (error) {
    if (isGatehouseError(error, "rate_limited")) throw new Error(`again in ${String(error.retryAfter)} s`, { cause: error });
    throw error;
  }
}

const verifier = createTokenVerifier({ jwksUrl: "http://gatehouse.test/keys", issuer: "gatehouse", audience: ["app"], algorithms: ["ES256"] });

export async function subjectOf(token: string | null): Promise<string | undefined> {
  const claims: TokenClaims | null = await verifier.verify(token);
  return claims?.sub;
}

// @ts-expect-error: secrets are not published.
createTokenVerifier({ jwksUrl: "http://gatehouse.test/keys", issuer: "gatehouse", audience: "app", algorithms: ["HS256"] });
// @ts-expect-error: a client needs a key.
createClient({ url: "http://gatehouse.test" });
// @ts-expect-error: an id is a number.
void client.users.get("7");
