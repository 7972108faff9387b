// A device for everybody: whoever does nothing for a minute is signed out. Without this file the page itself leads there.

/** Seconds left after so many milliseconds without input; never below 0. */
export function left(limit: number, idle: number): number {
  return Math.max(0, Math.ceil(limit - idle / 1000));
}

/** Whether this second is the one in which to say aloud that time runs out. */
export function isSoon(before: number, now: number): boolean {
  return before > 20 && now <= 20;
}

/** Counts down in the bar of a kiosk's page; `say` speaks to screen readers, `end` signs out. */
export function watch(root: Document, say: (text: string) => void, end: () => void): void {
  const bar = root.querySelector<HTMLElement>("[data-kiosk]");
  const number = bar?.querySelector<HTMLElement>("[data-kiosk-left]");
  if (bar === null || number === null || number === undefined) return;
  const limit = Number(bar.dataset["kiosk"]);
  let since = Date.now();
  let before = limit;
  const again = (): void => {
    since = Date.now();
  };
  for (const kind of ["keydown", "pointerdown", "input", "wheel", "touchmove"]) root.addEventListener(kind, again, { passive: true });
  bar.querySelector("[data-kiosk-on]")?.addEventListener("click", (event) => {
    event.preventDefault(); // what was typed stays
    again();
  });
  setInterval(() => {
    const now = left(limit, Date.now() - since);
    number.textContent = String(now);
    if (isSoon(before, now)) say(bar.dataset["kioskSoon"] ?? "");
    before = now;
    if (now === 0) end();
  }, 1000);
}
