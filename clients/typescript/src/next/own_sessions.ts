/** A user's sessions as the user sees them: which of them is the one that asks, and that nobody ends another user's. */

import type { Client } from "../client.js";
import { isGatehouseError } from "../errors.js";
import type { Session, VerifiedSession } from "../model.js";
import type { CallOptions } from "../options.js";

/** An open session of the user who asks. */
export interface OwnSession extends Session {
  /** Whether the request came with it. */
  current: boolean;
}

/**
 * The service tells no session's number to whoever has its value. It tells when each ends, to the millisecond, and from the same row;
 * where another request extends the session just now, none is the current one.
 */
export async function listedSessions(client: Client, { userId, expiresAt }: VerifiedSession, options: CallOptions): Promise<OwnSession[]> {
  const sessions = await client.users.sessions(userId, options);
  return sessions.map((session) => ({ ...session, current: session.expiresAt === expiresAt }));
}

/** Ends those that are chosen. One that has ended by itself meanwhile is no failure. */
export async function endSessions(client: Client, sessions: readonly OwnSession[], options: CallOptions): Promise<void> {
  for (const { id } of sessions) {
    try {
      await client.session.end(id, options);
    } catch (error) {
      if (!isGatehouseError(error, "session_not_found")) throw error;
    }
  }
}
