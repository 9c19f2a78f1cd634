// What the compiler knows about the package in a CommonJS application.
import gatehouse = require("@gatehouse/client");
import verify = require("@gatehouse/client/verify");

const client: gatehouse.Client = gatehouse.createClient({ url: "http://gatehouse.test", apiKey: "key" });

export const user: Promise<gatehouse.User | null> = client.users.find("ada@example.com");

export const claims: Promise<verify.TokenClaims | null> = verify.createTokenVerifier({ jwksUrl: "http://gatehouse.test/keys", issuer: "gatehouse", audience: "app" }).verify("");
