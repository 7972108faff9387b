export type Step = "swap" | "visit" | "submit" | "tell";

/**
 * What to do with the answer to an enhanced form.
 *
 * A fragment is swapped in. A whole page means that the way led elsewhere (signed out meanwhile, for instance):
 * visit it, if it was fetched well. An error page belongs to the form, so the form is sent the plain way and the
 * browser shows it. No answer at all (status 0) is told in the status region, and nothing typed is lost.
 */
export function step(status: number, body: string): Step {
  if (status === 0) return "tell";
  if (status >= 400) return "submit";
  return /^\s*<!doctype/i.test(body) ? "visit" : "swap";
}

/** The page's title with what was saved in front, without an earlier such prefix. */
export function titled(title: string, before: string, saved: string): string {
  const plain = before !== "" && title.startsWith(`${before} – `) ? title.slice(before.length + 3) : title;
  return saved === "" ? plain : `${saved} – ${plain}`;
}
