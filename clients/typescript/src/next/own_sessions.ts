/** A user's own sessions: which of them a request came with, and how to end some without ending another user's. */

import type { Client } from "../client.js";
import { isGatehouseError } from "../errors.js";
import type { Session, VerifiedSession } from "../model.js";
import type { CallOptions } from "../options.js";

/** An open session of the request's user. */
export interface OwnSession extends Session {
  /** Whether the request came with this session. */
  current: boolean;
}

/**
 * The service does not tell the number of a session to a caller that has its value. But it tells when each session ends, to the
 * millisecond and from the same row, so the one with the same end is the current one. If another request extends the session just now,
 * none is the current one.
 */
export async function listedSessions(client: Client, { userId, expiresAt }: VerifiedSession, options: CallOptions): Promise<OwnSession[]> {
  const sessions = await client.users.sessions(userId, options);
  return sessions.map((session) => ({ ...session, current: session.expiresAt === expiresAt }));
}

/** Ends these sessions. It is not an error if one has ended by itself meanwhile. */
export async function endSessions(client: Client, sessions: readonly OwnSession[], options: CallOptions): Promise<void> {
  for (const { id } of sessions) {
    try {
      await client.session.end(id, options);
    } catch (error) {
      if (!isGatehouseError(error, "session_not_found")) throw error;
    }
  }
}
