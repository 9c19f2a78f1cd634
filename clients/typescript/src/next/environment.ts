import { type Auth, createAuth } from "./auth.js";

let made: Auth | undefined;

/** The functions of createAuth() for the settings `API_URL` and `API_KEY`. */
export function environmentAuth(): Auth {
  return (made ??= createAuth());
}
