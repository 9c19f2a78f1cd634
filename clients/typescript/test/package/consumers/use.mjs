// What an application does with the package as an ES module.
import { createClient, GatehouseError, GatehouseUnavailable, isGatehouseError, isGatehouseUnavailable } from "@gatehouse/client";
import { createTokenVerifier } from "@gatehouse/client/verify";
import { keys, token } from "./signed.mjs";

const requests = [];
const fetch = async (url, init) => {
  requests.push(`${init.method} ${url}`);
  return Response.json({ error: "User not found", code: "user_not_found", requestId: "r" }, { status: 404 });
};
const client = createClient({ url: "http://gatehouse.test", apiKey: "key", fetch });
const failure = await client.users.get(7).catch((error) => error);
const known = isGatehouseError(failure, "user_not_found") && failure instanceof GatehouseError && !isGatehouseUnavailable(failure);
const verifier = createTokenVerifier({ jwksUrl: "http://gatehouse.test/keys", issuer: "gatehouse", audience: "app", fetch: async () => Response.json(keys) });
const verified = (await verifier.verify(token)).sub;
console.log(JSON.stringify({ known, requests, unavailable: new GatehouseUnavailable("network", "m").name, verified }));
