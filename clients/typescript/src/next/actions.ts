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
