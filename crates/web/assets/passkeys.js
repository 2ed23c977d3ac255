// Passkeys. Without this file people sign in by password and code.
"use strict";
(() => {
  if (!window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

  async function post(path, csrf, body) {
    const headers = csrf ? { "x-csrf-token": csrf } : {};
    if (body) headers["content-type"] = "application/json";
    const reply = await fetch(path, { method: "POST", headers, body: body && JSON.stringify(body) });
    const told = reply.status === 204 ? {} : await reply.json();
    if (!reply.ok) throw new Error(`${told.detail}. ${told.next}.`);
    return told;
  }

  async function make(csrf, name) {
    const { publicKey } = (await post("/v1/passkeys/challenge", csrf)).options;
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.user.id = bytes(publicKey.user.id);
    for (const have of publicKey.excludeCredentials ?? []) have.id = bytes(have.id);
    const made = await navigator.credentials.create({ publicKey });
    const { attestationObject, clientDataJSON } = made.response;
    const response = { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) };
    const credential = { id: made.id, rawId: text(made.rawId), type: made.type, extensions: {}, response };
    await post("/v1/passkeys", csrf, { name, credential });
  }

  async function signIn() {
    const { ceremony, options: { publicKey } } = await post("/v1/sign-in/passkey/challenge");
    publicKey.challenge = bytes(publicKey.challenge);
    for (const have of publicKey.allowCredentials ?? []) have.id = bytes(have.id);
    const signed = await navigator.credentials.get({ publicKey });
    const { authenticatorData, clientDataJSON, signature, userHandle } = signed.response;
    const response = { authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature), userHandle: userHandle && text(userHandle) };
    const credential = { id: signed.id, rawId: text(signed.rawId), type: signed.type, extensions: {}, response };
    await post("/v1/sign-in/passkey", null, { ceremony, credential });
  }

  for (const part of document.querySelectorAll("[data-passkey]")) {
    part.hidden = false;
    const says = part.querySelector("[data-passkey-says]");
    part.addEventListener("submit", async (event) => {
      event.preventDefault();
      says.textContent = "Follow what the device asks.";
      try {
        if (part.dataset.passkey === "make") await make(part.elements.csrf.value, part.elements.name.value);
        else await signIn();
        location.assign(part.dataset.next);
      } catch (error) {
        says.textContent = error instanceof DOMException ? "Nothing was done: the device was not asked to the end, or has no passkey for this desk." : error.message;
      }
    });
  }
})();
