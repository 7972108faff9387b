// News on this device. The form with data-push is filled with what the browser's push service gives and sent the plain way;
// a form with data-device ends the browser's own side first, where it is about this very browser.
import { decode, encode } from "./webauthn.ts";

const WORKER = "/konto/geraet.js";

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}

async function subscribe(form: HTMLFormElement): Promise<void> {
  const registration = await navigator.serviceWorker.register(WORKER);
  const old = await registration.pushManager.getSubscription();
  await old?.unsubscribe(); // it may belong to an older key of ours
  await ready(registration);
  const key = decode(form.dataset["push"] ?? "");
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  field(form, "endpoint").value = made.endpoint;
  for (const name of ["p256dh", "auth"] as const) field(form, name).value = encode(made.getKey(name) ?? new ArrayBuffer(0));
}

/** Waits until the script may take push: a browser refuses to subscribe one that is still being installed. */
async function ready(registration: ServiceWorkerRegistration): Promise<void> {
  const script = registration.installing ?? registration.waiting;
  if (registration.active !== null || script === null) return;
  await new Promise<void>((done) =>
    script.addEventListener("statechange", () => {
      if (script.state === "activated" || script.state === "redundant") done();
    }),
  );
}

async function unsubscribe(endpoint: string): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration("/konto/");
  const here = await registration?.pushManager.getSubscription();
  if (here?.endpoint === endpoint) await here.unsubscribe();
}

async function run(form: HTMLFormElement): Promise<void> {
  const output = form.querySelector("[role=status]");
  const say = (key: string): void => {
    if (output !== null) output.textContent = form.dataset[key] ?? "";
  };
  if ((await Notification.requestPermission()) !== "granted") {
    say("denied");
    return;
  }
  say("waiting");
  try {
    await subscribe(form);
    form.submit();
  } catch {
    say("failed");
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-push]")) {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) continue;
  form.hidden = false;
  document.querySelector<HTMLElement>("[data-push-lacking]")?.setAttribute("hidden", "");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run(form);
  });
}
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-device]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    unsubscribe(form.dataset["device"] ?? "")
      .catch(() => undefined)
      .finally(() => form.submit());
  });
}
