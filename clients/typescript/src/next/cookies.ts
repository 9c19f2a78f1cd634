/** The two cookies of a login. Scripts cannot read them, and browsers send them neither with other sites' forms nor over plain HTTP. */

import type { DeviceLogin } from "../model.js";

export const SESSION_COOKIE = "session";
/** The prefix makes browsers refuse a cookie that another host of the domain sets (RFC 6265bis, section 4.1.3). */
export const DEVICE_COOKIE = "__Host-gatehouse_device";

const DEVICE_DAYS = 365;
const DAY_MS = 86_400_000;

/** What `await cookies()` and the cookies of a response have in common. */
export interface CookieJar {
  set(name: string, value: string, options: CookieAttributes): unknown;
}

export interface CookieAttributes {
  httpOnly: true;
  secure: true;
  sameSite: "lax";
  path: "/";
  expires: Date;
}

function until(expires: Date): CookieAttributes {
  return { httpOnly: true, secure: true, sameSite: "lax", path: "/", expires };
}

export function keepSession(jar: CookieJar, session: string, expires: string): void {
  jar.set(SESSION_COOKIE, session, until(new Date(expires)));
}

export function keepLogin(jar: CookieJar, login: DeviceLogin): void {
  keepSession(jar, login.session, login.sessionExpires);
  if (login.deviceToken !== null) jar.set(DEVICE_COOKIE, login.deviceToken, until(new Date(Date.now() + DEVICE_DAYS * DAY_MS)));
}

/** The device token in the cookies; `new` if there is none. */
export function deviceTokenOf(jar: { get(name: string): { value: string } | undefined }): string {
  return jar.get(DEVICE_COOKIE)?.value ?? "new";
}

export function forgetSession(jar: CookieJar): void {
  jar.set(SESSION_COOKIE, "", until(new Date(0)));
}
