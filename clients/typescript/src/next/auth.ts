// Next.js resolves exactly these names to what fits the place of use; with ".js", route handlers cannot load them.
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
  /** The client; by default one for `API_URL` and `API_KEY`. */
  client?: Client;
  /** The path of the login page; `/login` by default. */
  login?: string;
  /** The path of the page for choosing a new password, which gets `?token=…`; by default `/reset-password`, as in the service's mails. */
  reset?: string;
  /** The path to redirect to after a form without `return`; `/` by default. */
  home?: string;
}

export interface RequireOptions {
  /** The path to return to after the login: the page's own, which Next.js does not tell a server component. */
  return?: string;
}

export interface Auth extends AccountForms {
  /** The request's session and its user; null without a valid session. The service is asked only once per request. */
  getServerSession(): Promise<VerifiedSession | null>;
  /** The same, but redirects visitors without a session to the login. */
  requireSession(options?: RequireOptions): Promise<VerifiedSession>;
  /** The open sessions of the request's user, newest first, for a page that shows them; empty without a session. */
  getSessions(): Promise<OwnSession[]>;
  /** The state of the account of the request's user, such as whether the address is verified; null without a session. */
  getAccount(): Promise<Account | null>;
  /**
   * The GET of `app/api/session/route.ts`, which `SessionProvider` of `@gatehouse/client/react` requests. It answers `{ "session": … }`,
   * which is null without a session.
   */
  sessionRoute(): Promise<Response>;
  /** The action of a login form. Redirects to the form's `return`, or to the page for a new password; otherwise returns what is wrong. */
  signIn(...args: ActionArguments): Promise<FormRefusal>;
  /** The action of a registration form. It logs the user in at once. */
  signUp(...args: ActionArguments): Promise<FormRefusal>;
  /** The action of a logout button. Ends the session and redirects to the login; throws if the service cannot be asked to end it. */
  signOut(): Promise<void>;
}

/** Creates the functions with which an application answers its requests. */
export function createAuth(options: AuthOptions = {}): Auth {
  const { login = "/login", home = "/", reset = "/reset-password" } = options;
  let made = options.client;
  const client = () => (made ??= clientOfEnvironment());
  const getServerSession = cache(() => sessionOf(client, options));

  /** Logs in with the form's values, sets the cookies, and redirects. */
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

/** Reads the cookies first: this tells Next.js that the page cannot be rendered when the application is built, without settings. */
async function sessionOf(client: () => Client, options: BrowserOptions): Promise<VerifiedSession | null> {
  const session = (await cookies()).get(SESSION_COOKIE)?.value;
  return session ? client().session.verify(session, browserOf(await headers(), options)) : null;
}

async function register(client: Client, form: FormData, options: BrowserOptions): Promise<void> {
  const [first_name, last_name, email, password] = ["first_name", "last_name", "email", "password"].map((name) => textOf(form, name));
  await client.users.create({ first_name, last_name, email, password } as Parameters<Client["users"]["create"]>[0], browserOf(await headers(), options));
}
