// Run by test_clients.py: API_URL, API_KEY and the credentials of an existing user come from the environment.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AuthService, serverSession } from './auth_service.mjs';

const { API_URL, API_KEY, EMAIL, PASSWORD } = process.env;
const auth = new AuthService(API_URL, API_KEY);

test('login answers user, token, session and its end', async () => {
  const { user, token, session, sessionExpires } = await auth.login(EMAIL, PASSWORD);
  assert.ok(Number.isInteger(user.id));
  assert.equal(token.split('.').length, 3);
  assert.ok(session.length > 20);
  assert.ok(new Date(sessionExpires) > new Date());
});

test('a session is verified until it is logged out', async () => {
  const { user, session } = await auth.login(EMAIL, PASSWORD);
  const verified = await auth.verifySession(session);
  assert.equal(verified.userId, user.id);
  assert.equal(verified.user.email, EMAIL);
  assert.ok(verified.user.first_name && verified.user.last_name);
  assert.ok(new Date(verified.expiresAt) > new Date());
  await auth.logout(session);
  assert.equal(await auth.verifySession(session), null);
});

test('a wrong password is an error', async () => {
  await assert.rejects(auth.login(EMAIL, `${PASSWORD}x`), /Login failed/);
});

test('an unknown user is an error', async () => {
  await assert.rejects(auth.login('nobody@example.com', PASSWORD), /Login failed/);
});

test('nonsense is nobody\'s session', async () => {
  assert.equal(await auth.verifySession('nonsense'), null);
  await auth.logout('nonsense');
});

test('a client with a wrong key gets nothing', async () => {
  const stranger = new AuthService(API_URL, 'wrong');
  await assert.rejects(stranger.login(EMAIL, PASSWORD), /Login failed/);
  const { session } = await auth.login(EMAIL, PASSWORD);
  assert.equal(await stranger.verifySession(session), null);
  await stranger.logout(session);
  assert.notEqual(await auth.verifySession(session), null);
});

test('two devices have sessions of their own', async () => {
  const [first, second] = [await auth.login(EMAIL, PASSWORD), await auth.login(EMAIL, PASSWORD)];
  await auth.logout(first.session);
  assert.equal(await auth.verifySession(first.session), null);
  assert.notEqual(await auth.verifySession(second.session), null);
});

test('a session cookie is read on the server side', async () => {
  const { user, session } = await auth.login(EMAIL, PASSWORD);
  assert.equal((await serverSession(API_URL, API_KEY, { value: session })).userId, user.id);
  assert.equal(await serverSession(API_URL, API_KEY, undefined), null);
});

test('a token is checked with its bearer header', async () => {
  const { user, token } = await auth.login(EMAIL, PASSWORD);
  const headers = { 'X-API-Key': API_KEY, Authorization: `Bearer ${token}` };
  const answer = await fetch(`${API_URL}/user-auth/verify-token`, { method: 'POST', headers });
  const verified = await answer.json();
  assert.equal(verified.userId, user.id);
  assert.equal(new Date(verified.expiresAt).getTime() % 1000, 0);
});

test('fifty checks at once share connections', async () => {
  const { session } = await auth.login(EMAIL, PASSWORD);
  const answers = await Promise.all(Array.from({ length: 50 }, () => auth.verifySession(session)));
  assert.ok(answers.every((answer) => answer !== null));
});
