import { headers } from "next/headers";

import { type BrowserOptions, isOwnForm } from "./browser.js";
import { foreignForm, type FormRefusal, refusalOf } from "./forms.js";

/** An action for forms of this site only, whose refusals are told to the form. A redirect is thrown by Next.js and passes. */
export async function guarded(options: BrowserOptions, action: () => Promise<FormRefusal>): Promise<FormRefusal> {
  if (!isOwnForm(await headers(), options)) return foreignForm;
  try {
    return await action();
  } catch (error) {
    return refusalOf(error);
  }
}
