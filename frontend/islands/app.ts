// The page works without this file. It keeps the character count live, says aloud what was saved after a fragment
// came in, keeps the keyboard where it was, and leads to the full page when a fragment cannot be had.
import { step, titled } from "./answers.ts";
import { countText, crosses, length } from "./count.ts";
import { watch } from "./kiosk.ts";

interface SwapDetail {
  xhr: XMLHttpRequest;
  target: HTMLElement;
  shouldSwap: boolean;
  requestConfig: { elt: HTMLElement; triggeringEvent?: SubmitEvent };
}

// What the server put in front of the title, if the page came after a form was sent the plain way.
let saved = document.getElementById("meldung")?.textContent?.trim() ?? "";

function say(text: string): void {
  const region = document.getElementById("meldung");
  if (region === null) return;
  // A bar that is seen stays; one that would only appear now must not push the page down.
  if (region.textContent === "") region.classList.add("b-flash--quiet");
  // A region that is emptied and filled in one breath stays silent in some screen readers.
  region.textContent = "\u00a0";
  setTimeout(() => (region.textContent = text), 50);
}

/** Sends the form without htmx, with the button that was pressed. */
function submitPlainly(form: HTMLFormElement, button: HTMLElement | null | undefined): void {
  if (button instanceof HTMLButtonElement && button.name !== "") {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = button.name;
    input.value = button.value;
    form.append(input);
  }
  form.submit();
}

function onBeforeSwap(event: Event): void {
  const { xhr, requestConfig } = (event as CustomEvent<SwapDetail>).detail;
  const detail = (event as CustomEvent<SwapDetail>).detail;
  const next = step(xhr.status, xhr.responseText);
  detail.shouldSwap = next === "swap";
  if (next === "visit") {
    const here = location.href.split("#")[0];
    if (xhr.responseURL.split("#")[0] === here) location.reload();
    else location.assign(xhr.responseURL);
  }
  const form = requestConfig.elt.closest("form");
  if (next === "submit" && form !== null) submitPlainly(form, requestConfig.triggeringEvent?.submitter);
}

function onSendError(): void {
  const region = document.getElementById("meldung");
  if (region?.dataset["offline"] !== undefined) say(region.dataset["offline"]);
}

function onAfterSwap(event: Event): void {
  const { target } = (event as CustomEvent<SwapDetail>).detail;
  const fresh = target.id === "" ? null : document.getElementById(target.id);
  const text = fresh?.dataset["saved"] ?? "";
  if (fresh === null || text === "") return;
  document.title = titled(document.title, saved, text);
  saved = text;
  say(text);
  // The button that was pressed may be gone ("Stimme zurückziehen"): the keyboard goes on at the part's heading.
  if (document.activeElement === null || document.activeElement === document.body) {
    fresh.querySelector<HTMLElement>("[data-focus]")?.focus({ preventScroll: true });
  }
  count(fresh);
}

function count(root: ParentNode): void {
  for (const area of root.querySelectorAll<HTMLTextAreaElement>("textarea[data-count]")) {
    const output = document.getElementById(area.dataset["count"] ?? "");
    const pattern = output?.dataset["pattern"];
    if (output === null || pattern === undefined) continue;
    const max = Number(area.dataset["max"] ?? area.maxLength);
    let before = length(area.value);
    area.addEventListener("input", () => {
      const now = length(area.value);
      output.textContent = countText(pattern, now, max);
      if (crosses(before, now, max)) say(output.textContent);
      before = now;
    });
    output.textContent = countText(pattern, before, max);
  }
}

document.addEventListener("htmx:beforeSwap", onBeforeSwap);
document.addEventListener("htmx:sendError", onSendError);
document.addEventListener("htmx:afterSwap", onAfterSwap);
count(document);
watch(document, say, () => location.replace(document.querySelector<HTMLAnchorElement>("a[href$='/kiosk/ende']")?.href ?? "/kiosk/ende"));
