/** The server actions of the forms with which users manage their account. */

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";

import type { Client } from "../client.js";
import type { CallOptions } from "../options.js";
import { type BrowserOptions, browserOf } from "./browser.js";
import { deviceTokenOf, keepSession, SESSION_COOKIE } from "./cookies.js";
import { type ActionArguments, formOf, type FormRefusal, textOf } from "./forms.js";
import { guarded } from "./guarded.js";
import { endSessions, listedSessions, type OwnSession } from "./own_sessions.js";
import { loginPath, returnPath } from "./return_path.js";

type FormAction = (...args: ActionArguments) => Promise<FormRefusal>;

/** Each action redirects to the path in the form's `return` if it succeeds, and otherwise returns what is wrong. */
export interface AccountForms {
  /** `email`: sends a link for a new password. The outcome is the same for an email that nobody has. */
  forgotPassword: FormAction;
  /** `token` from that link, `password`: sets the password and ends all sessions. */
  resetPassword: FormAction;
  /** `currentPassword`, `newPassword`: sets the password and ends all other sessions. */
  changePassword: FormAction;
  /** `email`, `password`: sends a link to the new address. The outcome is the same for an address that somebody else has. */
  changeEmail: FormAction;
  /** `token` from that link: changes to the new address. */
  confirmEmail: FormAction;
  /** `token` from a verification link: verifies the user's address. */
  verifyEmail: FormAction;
  /** `email`: sends the verification link again. */
  resendVerification: FormAction;
  /** `id`: ends one of the user's own sessions. */
  endSession: FormAction;
  /** Ends all of the user's sessions but the one that the form was sent with. */
  endOtherSessions: FormAction;
}

interface Settings extends BrowserOptions {
  client: () => Client;
  login: string;
  home: string;
}

export function accountForms(settings: Settings): AccountForms {
  const { client, login, home } = settings;

  function action(run: (form: FormData, options: CallOptions) => Promise<FormRefusal | undefined>): FormAction {
    return (...args) =>
      guarded(settings, async () => {
        const form = formOf(args);
        const refused = await run(form, browserOf(await headers(), settings));
        return refused ?? redirect(returnPath(form.get("return"), home));
      });
  }

  /** The session that the form was sent with. Redirects to the login if there is none. */
  function ownSession(jar: Awaited<ReturnType<typeof cookies>>): string {
    return jar.get(SESSION_COOKIE)?.value ?? redirect(loginPath(login));
  }

  /** An action that ends those of the user's own sessions that `choose` returns. */
  function ending(choose: (sessions: OwnSession[], form: FormData) => OwnSession[] | null): FormAction {
    return action(async (form, options) => {
      const verified = await client().session.verify((await cookies()).get(SESSION_COOKIE)?.value, options);
      if (!verified) return redirect(loginPath(login));
      const chosen = choose(await listedSessions(client(), verified, options), form);
      if (!chosen) return tryAgain;
      await endSessions(client(), chosen, options);
    });
  }

  return {
    forgotPassword: action(async (form, options) => {
      await client().password.forgot(textOf(form, "email"), options);
    }),
    resetPassword: action(async (form, options) => {
      await client().password.reset(textOf(form, "token"), textOf(form, "password"), options);
    }),
    changePassword: action(async (form, options) => {
      const jar = await cookies();
      const change = { session: ownSession(jar), currentPassword: textOf(form, "currentPassword"), newPassword: textOf(form, "newPassword") };
      const changed = await client().password.change(change, { ...options, deviceToken: deviceTokenOf(jar) });
      keepSession(jar, changed.session, changed.sessionExpires);
    }),
    changeEmail: action(async (form, options) => {
      const jar = await cookies();
      const change = { session: ownSession(jar), email: textOf(form, "email"), password: textOf(form, "password") };
      await client().email.change(change, { ...options, deviceToken: deviceTokenOf(jar) });
    }),
    confirmEmail: action(async (form, options) => {
      await client().email.confirm(textOf(form, "token"), options);
    }),
    verifyEmail: action(async (form, options) => ((await client().email.verify(textOf(form, "token"), options)) ? undefined : deadLink)),
    resendVerification: action(async (form, options) => {
      await client().email.resend(textOf(form, "email"), options);
    }),
    endSession: ending((sessions, form) => sessions.filter(({ id }) => String(id) === textOf(form, "id"))),
    // If the current session cannot be identified, all sessions would count as others.
    endOtherSessions: ending((sessions) => (sessions.some(({ current }) => current) ? sessions.filter(({ current }) => !current) : null)),
  };
}

const deadLink: FormRefusal = { code: "invalid_or_expired_token", message: "Invalid or expired token", fields: {}, retryAfter: null };
const tryAgain: FormRefusal = { code: "unavailable", message: "Service temporarily unavailable", fields: {}, retryAfter: 1 };
