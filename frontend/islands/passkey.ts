// The second step of signing in by passkey or security key. A button with data-passkey ("enrol" or "prove") asks the
// server what to sign, has the browser sign it, and sends the form that it stands in.
import { decode, encode, type Json, request, toJson } from "./webauthn.ts";

const AT_FAULT: Record<string, string> = { InvalidStateError: "known", NotAllowedError: "cancelled" };

async function ask(form: HTMLFormElement, ceremony: string): Promise<Json> {
  const body = new URLSearchParams({ csrf: field(form, "csrf").value, ceremony });
  const answer = await fetch("/anmelden/zweiter-schritt/frage", { method: "POST", body, credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return (await answer.json()) as Json;
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}

async function run(button: HTMLButtonElement, form: HTMLFormElement, ceremony: string): Promise<void> {
  const output = document.getElementById(button.dataset["output"] ?? "");
  const say = (key: string): void => {
    if (output !== null) output.textContent = button.dataset[key] ?? "";
  };
  button.disabled = true;
  say("waiting");
  try {
    const options = request(await ask(form, ceremony), decode);
    const made =
      ceremony === "enrol"
        ? await navigator.credentials.create({ publicKey: options as unknown as PublicKeyCredentialCreationOptions })
        : await navigator.credentials.get({ publicKey: options as unknown as PublicKeyCredentialRequestOptions });
    field(form, "credential").value = JSON.stringify(toJson(made as unknown as Json, encode));
    form.submit();
  } catch (error) {
    say(AT_FAULT[(error as Error).name] ?? "failed");
    button.disabled = false;
  }
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-passkey]")) {
  const form = button.form;
  const ceremony = button.dataset["passkey"] ?? "";
  if (form === null || !("PublicKeyCredential" in window)) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run(button, form, ceremony);
  });
}
