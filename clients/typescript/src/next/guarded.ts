import { headers } from "next/headers";

import { type BrowserOptions, isOwnForm } from "./browser.js";
import { foreignForm, type FormRefusal, refusalOf } from "./forms.js";

/** Runs an action for forms of this site only, and returns refusals to the form. A redirect, which Next.js throws, passes through. */
export async function guarded(options: BrowserOptions, action: () => Promise<FormRefusal>): Promise<FormRefusal> {
  if (!isOwnForm(await headers(), options)) return foreignForm;
  try {
    return await action();
  } catch (error) {
    return refusalOf(error);
  }
}
