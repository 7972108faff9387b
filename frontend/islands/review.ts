// The review desk by keyboard: a key presses the button or opens the part that shows it. The desk works without this
// file. The keys can be switched off (WCAG 2.1.4), which this browser remembers.
import { shortcut, takesKeys } from "./keys.ts";

const MEMORY = "tasten";
let on = true;
try {
  on = localStorage.getItem(MEMORY) !== "aus";
} catch {
  // a browser that keeps nothing still has the keys
}

function showSwitch(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-keys-switch]")) {
    box.hidden = false;
    const input = box.querySelector("input");
    if (input !== null) input.checked = on;
  }
  // Where the marked place is out of sight in its own pane, that pane shows it; the page itself stays put.
  const place = document.getElementById("stelle");
  const pane = place?.closest<HTMLElement>(".b-desk__text");
  if (place && pane) pane.scrollTop += place.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.closest("[data-keys-switch]") === null) return;
  on = input.checked;
  try {
    localStorage.setItem(MEMORY, on ? "an" : "aus");
  } catch {
    // then it holds until the page is left
  }
});

document.addEventListener("keydown", (event) => {
  const at = event.target as HTMLElement;
  const key = shortcut(event, takesKeys(at.tagName, (at as HTMLInputElement).type, at.isContentEditable), on);
  if (key === "" || event.repeat) return;
  const all = document.querySelectorAll<HTMLElement>("#pruefen [data-key]");
  const found = [...all].find((element) => (element.dataset["key"] ?? "").split(" ").includes(key));
  if (found === undefined) return;
  event.preventDefault();
  if (found instanceof HTMLDetailsElement) {
    found.open = !found.open;
    const first = found.open ? found.querySelector<HTMLElement>("select, input:not([hidden]), textarea") : null;
    (first ?? found.querySelector<HTMLElement>("summary"))?.focus();
  } else {
    found.click();
  }
});

document.addEventListener("htmx:afterSwap", showSwitch);
showSwitch();
