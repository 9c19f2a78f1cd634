// What an application does with the package by `require`, while another part of the application imports it.
const { createClient, GatehouseError, GatehouseUnavailable, isGatehouseError, isGatehouseUnavailable } = require("@gatehouse/client");
const { createTokenVerifier } = require("@gatehouse/client/verify");

async function main() {
  const requests = [];
  const fetch = async (url, init) => {
    requests.push(`${init.method} ${url}`);
    return Response.json({ error: "User not found", code: "user_not_found", requestId: "r" }, { status: 404 });
  };
  const client = createClient({ url: "http://gatehouse.test", apiKey: "key", fetch });
  const failure = await client.users.get(7).catch((error) => error);
  const asModule = await import("@gatehouse/client");
  const known = asModule.isGatehouseError(failure, "user_not_found") && isGatehouseError(failure) && failure instanceof GatehouseError && !isGatehouseUnavailable(failure);
  const { keys, token } = await import("./signed.mjs");
  const verifier = createTokenVerifier({ jwksUrl: "http://gatehouse.test/keys", issuer: "gatehouse", audience: "app", fetch: async () => Response.json(keys) });
  const verified = (await verifier.verify(token)).sub;
  console.log(JSON.stringify({ known, requests, unavailable: new GatehouseUnavailable("network", "m").name, verified }));
}

main();
