// Run by test_described_client.py: CLIENT is a module with the client of the service's description, word for word.
// API_URL, API_KEY and the credentials of an existing user come from the environment.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const { CLIENT, API_URL, API_KEY, EMAIL, PASSWORD } = process.env;
const { AuthService, getServerSession, cookieJar } = await import(CLIENT);
const auth = new AuthService(API_URL, API_KEY);

test('login, check, logout, check', async () => {
  const { user, token, session, sessionExpires } = await auth.login(EMAIL, PASSWORD);
  assert.ok(Number.isInteger(user.id));
  assert.equal(token.split('.').length, 3);
  assert.ok(new Date(sessionExpires) > new Date());

  const verified = await auth.verifySession(session);
  assert.equal(verified.userId, user.id);
  assert.equal(verified.user.email, EMAIL);

  await auth.logout(session);
  assert.equal(await auth.verifySession(session), null);
});

test('a wrong password is an error', async () => {
  await assert.rejects(auth.login(EMAIL, `${PASSWORD}x`), { message: 'Login failed' });
});

test('a server component asks about the session in its cookie', async () => {
  assert.equal(await getServerSession(), null);
  const { user, session } = await auth.login(EMAIL, PASSWORD);
  cookieJar.session = { value: session };
  assert.equal((await getServerSession()).userId, user.id);
  await auth.logout(session);
  assert.equal(await getServerSession(), null);
});
