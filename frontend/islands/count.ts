/** Counts as the server does: a line break is one character, whatever the platform sends. */
export function length(text: string): number {
  return [...text.replace(/\r\n?/g, "\n")].length;
}

/** "{n} von {max} Zeichen" with German thousands separators; the pattern comes from the page, so from gettext. */
export function countText(pattern: string, n: number, max: number): string {
  const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ".");
  return pattern.replace("{n}", number(n)).replace("{max}", number(max));
}

/** True when somebody who does not see the count should hear it: once on nearing the limit, once on passing it. */
export function crosses(before: number, now: number, max: number): boolean {
  const near = max - 200;
  return (before <= near && now > near) || (before <= max && now > max);
}
