"use server";

// Server actions for the settings of the environment. Next.js gives each a name by which a form in the browser calls it.

import { environmentAuth } from "./environment.js";
import type { ActionArguments, FormRefusal } from "./forms.js";

/** The action of a login's form: `email`, `password`, and `return` for where to go then. What is wrong, if anything is. */
export async function signIn(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().signIn(...args);
}

/** The action of a registration's form, which logs in at once: also `first_name` and `last_name`. */
export async function signUp(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().signUp(...args);
}

/** The action of a logout's button. */
export async function signOut(): Promise<void> {
  return environmentAuth().signOut();
}

/** The action of a form with `email`, to which a link for a new password is sent. */
export async function forgotPassword(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().forgotPassword(...args);
}

/** The action of the form that the link leads to: `token` and the new `password`. */
export async function resetPassword(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().resetPassword(...args);
}

/** The action of a form with `currentPassword` and `newPassword`, for who is logged in. */
export async function changePassword(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().changePassword(...args);
}

/** The action of a form with the new `email` and the `password`, for who is logged in. */
export async function changeEmail(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().changeEmail(...args);
}

/** The action of the button on the page that the link of a new address leads to: `token`. */
export async function confirmEmail(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().confirmEmail(...args);
}

/** The action of the button on the page that the link of a verification leads to: `token`. */
export async function verifyEmail(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().verifyEmail(...args);
}

/** The action of a form with `email`, to which that link is sent again. */
export async function resendVerification(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().resendVerification(...args);
}

/** The action of a button beside one of the user's sessions: its `id`. */
export async function endSession(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().endSession(...args);
}

/** The action of a button that ends all of the user's other sessions. */
export async function endOtherSessions(...args: ActionArguments): Promise<FormRefusal> {
  return environmentAuth().endOtherSessions(...args);
}
