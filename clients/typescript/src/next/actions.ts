"use server";

// Server actions that use the settings in the environment. Next.js gives each a name by which a form in the browser calls it.

import { environmentAuth } from "./environment.js";
import type { ActionArguments, FormRefusal } from "./forms.js";

/** The action of a login form with `email`, `password`, and `return` for the path to go to afterwards. Returns what is wrong. */
export async function signIn(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().signIn(...args);
}

/** The action of a registration form, which also has `first_name` and `last_name`. It logs the user in at once. */
export async function signUp(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().signUp(...args);
}

/** The action of a logout button. */
export async function signOut(): Promise<void> {
  return environmentAuth().signOut();
}

/** The action of a form with `email`, to which a link for a new password is sent. */
export async function forgotPassword(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().forgotPassword(...args);
}

/** The action of the form that this link leads to, with the `token` and the new `password`. */
export async function resetPassword(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().resetPassword(...args);
}

/** The action of a form with `currentPassword` and `newPassword`, for a user who is logged in. */
export async function changePassword(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().changePassword(...args);
}

/** The action of a form with the new `email` and the `password`, for a user who is logged in. */
export async function changeEmail(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().changeEmail(...args);
}

/** The action of the button on the page that the link to confirm a new address leads to, with the `token`. */
export async function confirmEmail(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().confirmEmail(...args);
}

/** The action of the button on the page that a verification link leads to, with the `token`. */
export async function verifyEmail(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().verifyEmail(...args);
}

/** The action of a form with `email`, to which the verification link is sent again. */
export async function resendVerification(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().resendVerification(...args);
}

/** The action of a button next to one of the user's sessions, with the session's `id`. */
export async function endSession(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().endSession(...args);
}

/** The action of a button that ends all of the user's other sessions. */
export async function endOtherSessions(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().endOtherSessions(...args);
}
