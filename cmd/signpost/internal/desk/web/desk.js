// Signing in and joining with a passkey, the page of a draft as it changes, and the gateways
// as they take a publication. Everything else on the desk works without a script.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const trouble = document.getElementById("wrong");

function say(what) {
  trouble.hidden = false;
  trouble.querySelector("a").textContent = what;
  document.title = "Error: " + document.title.replace(/^Error: /, "");
  trouble.focus();
}

async function send(address, body) {
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.wrong);
  return said;
}

async function ceremony(button, first, make) {
  trouble.hidden = true;
  document.title = document.title.replace(/^Error: /, "");
  button.disabled = true;
  try {
    const made = await make((await send(button.dataset.begin, first)).publicKey);
    const said = await send(button.dataset.finish, made);
    location.assign(said.next);
  } catch (e) {
    say(e.name === "NotAllowedError" ? "The browser has no passkey for this desk, or it was stopped. Try again." : e.message);
    button.disabled = false;
  }
}

function credential(made, response) {
  return { id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: made.getClientExtensionResults(), response };
}

const joining = document.getElementById("join");
if (joining) {
  const code = document.getElementById("code");
  code.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname); // the code is not kept in the history
  joining.addEventListener("click", () => ceremony(joining, { code: code.value.trim() }, async (publicKey) => {
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.user.id = bytes(publicKey.user.id);
    for (const other of publicKey.excludeCredentials ?? []) other.id = bytes(other.id);
    const made = await navigator.credentials.create({ publicKey });
    return credential(made, { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject), transports: made.response.getTransports() });
  }));
}

const signing = document.getElementById("sign-in");
if (signing) {
  signing.addEventListener("click", () => ceremony(signing, {}, async (publicKey) => {
    publicKey.challenge = bytes(publicKey.challenge);
    const made = await navigator.credentials.get({ publicKey });
    const r = made.response;
    return credential(made, { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: r.userHandle ? text(r.userHandle) : null });
  }));
}

document.querySelector(".error-summary[tabindex]:not([hidden])")?.focus();

// Somebody else edits the draft, or something is published: the page shows it, unless somebody
// has ticked or written something here.
const draft = document.getElementById("draft");
if (draft) {
  const events = new EventSource(draft.dataset.events);
  let known = draft.dataset.now;
  events.onerror = () => events.close(); // asking again and again would keep somebody signed in
  addEventListener("pagehide", () => events.close());
  events.onmessage = async (e) => {
    if (e.data === known) return;
    known = e.data;
    const begun = [...draft.querySelectorAll("input:not([type=hidden])")].some((i) => (i.type === "text" ? i.value : i.checked));
    const moved = document.getElementById("moved");
    if (begun || draft.contains(document.activeElement)) {
      const again = Object.assign(document.createElement("a"), { href: location.pathname, textContent: "Show it as it is now" });
      return void moved.replaceChildren("The draft has changed. ", again);
    }
    const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html").getElementById("draft");
    if (!page) return void (moved.textContent = "The draft is gone. It was published or deleted.");
    page.querySelector("#moved").remove();
    while (moved.nextSibling) moved.nextSibling.remove();
    draft.append(...page.childNodes);
    moved.textContent = "The draft has changed. You see it as it is now.";
  };
}

// After a publication the page follows the gateways as they take it, for two minutes.
if (document.querySelector("#live[data-waits]")) follow(60);
async function follow(left) {
  await new Promise((done) => setTimeout(done, 2000));
  let page;
  try {
    page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
  } catch {
    return; // the page is being left, or the desk is away
  }
  const live = page.getElementById("live"), good = page.getElementById("good");
  if (!live || !good) return; // signed out
  document.getElementById("live").replaceChildren(...live.childNodes);
  if (document.getElementById("good").textContent !== good.textContent) document.getElementById("good").textContent = good.textContent;
  if (live.dataset.waits && left > 1) follow(left - 1);
}
