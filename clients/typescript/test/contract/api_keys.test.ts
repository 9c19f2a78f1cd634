import { describe, expect, it } from "vitest";

import { createClient } from "../../src/index.js";
import { client, failureOf, url } from "./service.js";

const gatehouse = client();

describe("an API key", () => {
  it("is made, used, rotated and revoked", async () => {
    const { apiKey, secret } = await gatehouse.apiKeys.create({ name: "shop", scopes: "auth users:read", expiresIn: 3600 });
    expect(apiKey).toMatchObject({ name: "shop", scopes: "auth users:read", tellsClient: false, createdBy: "key API_KEY" });
    const shop = createClient({ url, apiKey: secret });
    expect(await shop.session.verify("x")).toBeNull();
    expect(await failureOf(shop.audit.page())).toMatchObject({ status: 403, code: "missing_scope" });

    const rotated = await gatehouse.apiKeys.rotate(apiKey.id, 0);
    expect(rotated.apiKey.id).toBe(apiKey.id);
    expect(await failureOf(shop.session.verify("x"))).toMatchObject({ code: "invalid_api_key" });
    expect(await createClient({ url, apiKey: rotated.secret }).session.verify("x")).toBeNull();

    expect((await gatehouse.apiKeys.list()).map((one) => one.id)).toContain(apiKey.id);
    await gatehouse.apiKeys.revoke(apiKey.id);
    expect(await failureOf(gatehouse.apiKeys.get(apiKey.id))).toMatchObject({ code: "api_key_not_found" });
  });
});
