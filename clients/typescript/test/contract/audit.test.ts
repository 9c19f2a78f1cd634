import { describe, expect, it } from "vitest";

import { all, client, failureOf, registered } from "./service.js";

const gatehouse = client();

describe("the audit trail", () => {
  it("is listed, page by page", async () => {
    const person = await registered();
    const { session } = await gatehouse.login(person, { requestId: "a-login", clientAddress: "203.0.113.7" });
    await gatehouse.session.logout(session);
    const events = await all(gatehouse.audit.list({ user: person.id }, { limit: 1 }));
    expect(events.map((event) => event.type)).toEqual(["logout", "login.succeeded", "user.created"]);
    expect(events[1]).toMatchObject({ outcome: "ok", userId: person.id, requestId: "a-login", ipAddress: "203.0.113.7" });
    const refused = await all(gatehouse.audit.list({ user: person.id, outcome: "refused" }));
    expect(refused).toEqual([]);
  });

  it("is exported as it is listed", async () => {
    await registered();
    const listed = await all(gatehouse.audit.list());
    const exported = await all(gatehouse.audit.export({ from: "2020-01-01" }));
    const known = new Set(exported.map((event) => event.id));
    expect(listed.filter((event) => !known.has(event.id))).toEqual([]);
    expect(exported.filter((event) => event.id === listed[0]?.id)).toEqual([listed[0]]);
    expect(await all(gatehouse.audit.export({ from: "2020-01-01", to: "2020-01-02" }))).toEqual([]);
  });

  it("refuses times that are none", async () => {
    expect(await failureOf(gatehouse.audit.page({ from: "yesterday" }))).toMatchObject({ status: 400 });
    expect(await failureOf(gatehouse.audit.export({ from: "yesterday" }).next())).toMatchObject({ status: 400 });
  });
});
