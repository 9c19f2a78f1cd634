/** What the service takes and returns. The names are those of its JSON; times are strings in UTC, such as `2026-11-30T08:42:02.752Z`. */

export interface User {
  id: number;
  first_name: string;
  last_name: string;
  email: string;
  created_at: string;
  updated_at: string;
}

export interface NewUser {
  first_name: string;
  last_name: string;
  email: string;
  password: string;
}

/** Fields that are left out stay as they are. A new password ends the user's sessions; an empty one means unchanged. */
export type UserChanges = Partial<NewUser>;

/** What an operator may want to know before helping a user. */
export interface Account {
  emailVerifiedAt: string | null;
  disabledAt: string | null;
  passwordChangedAt: string | null;
  mustChangePassword: boolean;
  blockedUntil: string | null;
  othersBlocked: boolean;
  devices: number;
  sessions: number;
  version: number;
}

export interface Credentials {
  email: string;
  password: string;
  /** Whether the login also returns a refresh token, for clients that keep tokens instead of a session. */
  refresh?: boolean;
}

export interface Login {
  user: { id: number };
  /** A JSON Web Token, for programs that read claims themselves. */
  token: string;
  /** The value to keep in the user's cookie until `sessionExpires`. */
  session: string;
  sessionExpires: string;
}

/** A login, with the device token and the refresh token if they were asked for. */
export interface DeviceLogin extends Login {
  /** Keep it in a separate cookie for a year. */
  deviceToken: string | null;
  /** The token to pass to `token.refresh()`, until `sessionExpires`. */
  refreshToken?: string;
  /** When `token` expires, which may be somewhat earlier than without a refresh token. */
  tokenExpires?: string;
}

export interface RefreshRequest {
  /** The newest refresh token. */
  refreshToken: string;
  /**
   * A random string of 16 to 64 characters. Store it with the token before you call, and call again with both if no answer came: the
   * answer is then the same, however much later you call.
   */
  attempt?: string;
}

/** A new token, and the refresh token that replaces the previous one. */
export interface RefreshedToken {
  user: { id: number };
  token: string;
  tokenExpires: string;
  refreshToken: string;
  sessionExpires: string;
}

export interface PasswordChange {
  /** The value of one of the user's sessions. */
  session: string;
  currentPassword: string;
  newPassword: string;
}

export interface EmailChange {
  /** The value of one of the user's sessions. */
  session: string;
  password: string;
  /** The new address, which gets a mail with a link. */
  email: string;
}

/** The user whose address a link has proved. */
export interface ProvenEmail {
  userId: number;
}

/** A user, with a tag for this version of the user. */
export interface TaggedUser {
  user: User;
  etag: string;
}

export interface VerifiedSession {
  userId: number;
  user: Pick<User, "id" | "email" | "first_name" | "last_name">;
  /** Use extends a session: set the cookie again if this is later than the cookie's expiry. */
  expiresAt: string;
}

export interface VerifiedToken {
  userId: number;
  expiresAt: string;
}

/** One of a user's open sessions, without its secret value. */
export interface Session {
  id: number;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  ipAddress: string | null;
  userAgent: string | null;
}

/** A device that a user has logged in on. */
export interface Device {
  id: number;
  createdAt: string;
  /** The time of the last login on the device. */
  lastSeenAt: string;
  expiresAt: string;
}

export interface PasswordPolicy {
  /** In characters. */
  lengthMin: number;
  /** In bytes of UTF-8. */
  bytesMax: number;
  /** How many of these classes a password must contain: lower-case letters, upper-case letters, digits, other characters. */
  classesMin: number;
  refusesPersonal: boolean;
  refusesCommon: boolean;
  refusesBreached: boolean;
}

export interface PasswordJudgement {
  acceptable: boolean;
  /** Why not: `too_short`, `common`, … */
  code?: string;
  /** For people, to be shown after the field's name. */
  message?: string;
}

export type Outcome = "ok" | "refused" | "error";

export interface AuditEvent {
  id: number;
  type: string;
  outcome: Outcome;
  reason: string | null;
  at: string;
  actor: { kind: "key" | "user" | "cli" | "system"; name: string | null };
  userId: number | null;
  sessionId: number | null;
  requestId: string | null;
  ipAddress: string | null;
  userAgent: string | null;
  details: Record<string, unknown> | null;
}

/** Selects the events that match every value that is given. */
export interface AuditFilter {
  type?: string;
  /** The user that the events are about. */
  user?: number;
  /** The API key, person or part of the service that caused the events. */
  actor?: string;
  outcome?: Outcome;
  /** Only events from this time or day on, in UTC. */
  from?: string;
  /** Only events before this time or day, in UTC. */
  to?: string;
}

/** A key with which a program calls the service, without its secret. */
export interface ApiKey {
  id: string;
  name: string;
  /** Separated by single spaces: `auth users:read`. */
  scopes: string;
  /** Whether the key's holder is trusted to name the client for which it acts. */
  tellsClient: boolean;
  createdAt: string;
  createdBy: string;
  expiresAt: string | null;
  /** Accurate to about ten minutes. */
  lastUsedAt: string | null;
  /** Until when the previous secret is valid. */
  previousUntil: string | null;
}

export interface NewApiKey {
  name: string;
  /** Separated by single spaces: `auth users:read`. */
  scopes: string;
  tellsClient?: boolean;
  /** In seconds; by default the key is valid until it is revoked. */
  expiresIn?: number;
}

/** A key and its secret, which the service does not keep. */
export interface IssuedKey {
  apiKey: ApiKey;
  secret: string;
}

export type Health = {
  timestamp: string;
  /** Seconds since the start. */
  uptime: number;
  environment: "development" | "test" | "production";
} & ({ status: "healthy" } | { status: "unhealthy" | "draining"; error: string; requestId: string });

export type Readiness = { status: "ready" } | { status: "not ready"; reasons: string[] };

/** A page of a list. */
export interface Page<Item> {
  items: Item[];
  /** Where the next page begins; null on the last one. */
  next: string | null;
}
