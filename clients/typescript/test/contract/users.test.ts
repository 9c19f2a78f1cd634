import { describe, expect, it } from "vitest";

import type { GatehouseError } from "../../src/index.js";
import { all, client, failureOf, registered, somebody } from "./service.js";

const gatehouse = client();

describe("a user", () => {
  it("is created, found, changed and deleted", async () => {
    const person = somebody();
    const user = await gatehouse.users.create(person);
    expect(user).toMatchObject({ first_name: "Ada", last_name: "Lovelace", email: person.email });
    expect(await gatehouse.users.get(user.id)).toEqual(user);
    expect(await gatehouse.users.find(person.email.toUpperCase())).toEqual(user);
    const seen = await gatehouse.users.tagged(user.id);
    const changed = await gatehouse.users.update(user.id, { last_name: "King" }, { ifMatch: seen.etag });
    const late = gatehouse.users.update(user.id, { last_name: "Noel" }, { ifMatch: seen.etag });
    expect(await failureOf(late)).toMatchObject({ status: 412, code: "version_mismatch" });
    expect(await failureOf(gatehouse.users.delete(user.id, { ifMatch: seen.etag }))).toMatchObject({ status: 412 });
    expect(changed).toMatchObject({ id: user.id, first_name: "Ada", last_name: "King" });
    await gatehouse.users.delete(user.id);
    expect(await gatehouse.users.find(person.email)).toBeNull();
    expect(await failureOf(gatehouse.users.get(user.id))).toMatchObject({ status: 404, code: "user_not_found" });
    expect(await failureOf(gatehouse.users.delete(user.id))).toMatchObject({ status: 404 });
  });

  it("cannot have another's email", async () => {
    const person = await registered();
    expect(await failureOf(gatehouse.users.create({ ...somebody(), email: person.email }))).toMatchObject({ status: 409, code: "email_taken" });
  });

  it.each([
    [{ email: "no address" }, "email", "invalid_email"],
    [{ password: "short" }, "password", "too_short"],
    [{ password: "password123" }, "password", "common"],
    [{ first_name: "x".repeat(256) }, "first_name", "too_long"],
  ])("is refused with the field at fault: %o", async (fault, field, code) => {
    const failure = (await failureOf(gatehouse.users.create({ ...somebody(), ...fault }))) as GatehouseError;
    expect(failure).toMatchObject({ status: 400, code: "validation_failed" });
    expect(failure.details).toMatchObject([{ field, code }]);
  });

  it("loses all sessions with the old password", async () => {
    const person = await registered();
    const { session } = await gatehouse.login(person);
    await gatehouse.users.update(person.id, { password: "another good one" });
    expect(await gatehouse.session.verify(session)).toBeNull();
    expect((await gatehouse.login({ email: person.email, password: "another good one" })).user.id).toBe(person.id);
  });

  it("is let in no more, and again", async () => {
    const person = await registered();
    const { session } = await gatehouse.login(person);
    await gatehouse.users.disable(person.id, "left the company");
    expect(await gatehouse.session.verify(session)).toBeNull();
    expect(await failureOf(gatehouse.login(person))).toMatchObject({ code: "invalid_credentials" });
    expect((await gatehouse.users.account(person.id)).disabledAt).not.toBeNull();
    await gatehouse.users.enable(person.id);
    await gatehouse.users.unlock(person.id);
    await gatehouse.login(person);
    expect(await gatehouse.users.account(person.id)).toMatchObject({ disabledAt: null, sessions: 1, mustChangePassword: false });
  });
});

describe("an operator", () => {
  it("finds a user by how the address or a name begins", async () => {
    const person = await registered();
    const found = await gatehouse.users.search(person.email.slice(0, -4).toUpperCase());
    expect(found.map(({ id }) => id)).toEqual([person.id]);
  });

  it("demands another password, and lets a user be mailed a link to one", async () => {
    const person = await registered();
    await gatehouse.users.requirePasswordChange(person.id);
    expect(await failureOf(gatehouse.login(person))).toMatchObject({ code: "password_change_required" });
    await gatehouse.users.sendReset(person.id);
    await gatehouse.users.disable(person.id);
    expect(await failureOf(gatehouse.users.sendReset(person.id))).toMatchObject({ status: 409, code: "user_disabled" });
  });

  it("forgets the devices of a user", async () => {
    const person = await registered();
    await gatehouse.login(person, { deviceToken: "new" });
    expect(await gatehouse.users.devices(person.id)).toHaveLength(1);
    expect(await gatehouse.users.forgetDevices(person.id)).toBe(1);
    expect(await gatehouse.users.devices(person.id)).toEqual([]);
  });
});

describe("the list", () => {
  it("has every user once, newest first, whatever the page", async () => {
    const made: number[] = [];
    for (let count = 0; count < 7; count += 1) made.unshift((await registered()).id);
    for (const limit of [1, 3, 1000]) {
      const listed = (await all(gatehouse.users.list({ limit }))).map((user) => user.id).filter((id) => made.includes(id));
      expect(listed).toEqual(made);
    }
    const first = await gatehouse.users.page({ limit: 2 });
    expect(first.items.map((user) => user.id)).toEqual(made.slice(0, 2));
    const second = await gatehouse.users.page({ limit: 2, after: first.next ?? "" });
    expect(second.items.map((user) => user.id)).toEqual(made.slice(2, 4));
  });

  it("refuses a cursor that is made by hand", async () => {
    const failure = (await failureOf(gatehouse.users.page({ after: "by-hand" }))) as GatehouseError;
    expect(failure).toMatchObject({ status: 400 });
  });
});

describe("a new password", () => {
  it("has rules that forms can ask for", async () => {
    expect(await gatehouse.password.policy()).toMatchObject({ lengthMin: 8, refusesCommon: true });
    expect(await gatehouse.password.check("correct horse battery")).toEqual({ acceptable: true });
    expect(await gatehouse.password.check("football")).toMatchObject({ acceptable: false, code: "common" });
    expect(await gatehouse.password.check("somebody123", "somebody@example.com")).toMatchObject({ acceptable: false, code: "personal" });
  });
});
