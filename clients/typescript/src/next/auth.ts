// Next.js puts what fits the place of use behind exactly these names; with ".js", route handlers cannot load them.
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";

import type { Client } from "../client.js";
import { isGatehouseError } from "../errors.js";
import type { Account, VerifiedSession } from "../model.js";
import { type AccountForms, accountForms } from "./account.js";
import { type BrowserOptions, browserOf, isOwnForm } from "./browser.js";
import { deviceTokenOf, forgetSession, keepLogin, SESSION_COOKIE } from "./cookies.js";
import { type ActionArguments, foreignForm, formOf, type FormRefusal, textOf } from "./forms.js";
import { guarded } from "./guarded.js";
import { listedSessions, type OwnSession } from "./own_sessions.js";
import { loginPath, returnPath } from "./return_path.js";
import { clientOfEnvironment } from "./settings.js";

export interface AuthOptions extends BrowserOptions {
  /** The client; one for `API_URL` and `API_KEY`. */
  client?: Client;
  /** The path of the login's page; `/login`. */
  login?: string;
  /** The path of the page where a new password is chosen, with the token behind `?token=`; `/reset-password`, as in the service's mails. */
  reset?: string;
  /** Where a form leads that does not say where to return; `/`. */
  home?: string;
}

export interface RequireOptions {
  /** Where to return after the login: the page's own path, which a server component is not told. */
  return?: string;
}

export interface Auth extends AccountForms {
  /** Whose session the request has; null without a valid one. It is asked once a request, however many components want to know. */
  getServerSession(): Promise<VerifiedSession | null>;
  /** The same, but whoever has no session is sent to the login. */
  requireSession(options?: RequireOptions): Promise<VerifiedSession>;
  /** The open sessions of whose session the request has, newest first, for a page that shows them; empty without a session. */
  getSessions(): Promise<OwnSession[]>;
  /** The state of the account of whose session the request has, such as whether its address is verified; null without a session. */
  getAccount(): Promise<Account | null>;
  /** The GET of `app/api/session/route.ts`, which `SessionProvider` of `@gatehouse/client/react` asks: `{ "session": … }` or null in it. */
  sessionRoute(): Promise<Response>;
  /** The action of a login's form: what is wrong; a login leads to the path in the form's `return`, or to a new password. */
  signIn(...args: ActionArguments): Promise<FormRefusal>;
  /** The action of a registration's form, which logs in at once. */
  signUp(...args: ActionArguments): Promise<FormRefusal>;
  /** The action of a logout's button: ends the session and leads to the login. Throws where the service cannot be asked to end it. */
  signOut(): Promise<void>;
}

/** Everything that answers a request of an application. */
export function createAuth(options: AuthOptions = {}): Auth {
  const { login = "/login", home = "/", reset = "/reset-password" } = options;
  let made = options.client;
  const client = () => (made ??= clientOfEnvironment());
  const getServerSession = cache(() => sessionOf(client, options));

  /** Logs in with what a form holds, keeps the cookies, and leads on. */
  async function enter(form: FormData): Promise<FormRefusal> {
    const jar = await cookies();
    const credentials = { email: textOf(form, "email"), password: textOf(form, "password") };
    keepLogin(jar, await client().login(credentials, { ...browserOf(await headers(), options), deviceToken: deviceTokenOf(jar) }));
    return redirect(returnPath(form.get("return"), home));
  }

  return {
    getServerSession,
    requireSession: async (wanted = {}) => (await getServerSession()) ?? redirect(loginPath(login, wanted.return)),
    getSessions: async () => {
      const session = await getServerSession();
      return session ? listedSessions(client(), session, browserOf(await headers(), options)) : [];
    },
    getAccount: async () => {
      const session = await getServerSession();
      return session && client().users.account(session.userId, browserOf(await headers(), options));
    },
    sessionRoute: async () => Response.json({ session: await getServerSession() }, { headers: { "Cache-Control": "no-store" } }),
    signIn: (...args) =>
      guarded(options, async () => {
        try {
          return await enter(formOf(args));
        } catch (error) {
          const token = isGatehouseError(error, "password_change_required") ? error.resetToken : null;
          if (token === null) throw error;
          return redirect(`${reset}?token=${encodeURIComponent(token)}`);
        }
      }),
    signUp: (...args) =>
      guarded(options, async () => {
        const form = formOf(args);
        await register(client(), form, options);
        return enter(form);
      }),
    signOut: async () => {
      const fields = await headers();
      if (!isOwnForm(fields, options)) throw new Error(foreignForm.message);
      const jar = await cookies();
      const session = jar.get(SESSION_COOKIE)?.value;
      if (session) await client().session.logout(session, browserOf(fields, options));
      forgetSession(jar);
      redirect(login);
    },
    ...accountForms({ ...options, client, login, home }),
  };
}

/** The cookies are asked for first: they tell Next.js that the page cannot be made when the application is built, without settings. */
async function sessionOf(client: () => Client, options: BrowserOptions): Promise<VerifiedSession | null> {
  const session = (await cookies()).get(SESSION_COOKIE)?.value;
  return session ? client().session.verify(session, browserOf(await headers(), options)) : null;
}

async function register(client: Client, form: FormData, options: BrowserOptions): Promise<void> {
  const [first_name, last_name, email, password] = ["first_name", "last_name", "email", "password"].map((name) => textOf(form, name));
  await client.users.create({ first_name, last_name, email, password } as Parameters<Client["users"]["create"]>[0], browserOf(await headers(), options));
}
