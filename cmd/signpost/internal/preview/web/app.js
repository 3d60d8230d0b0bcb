// The phone, the map and the checks. Everything is on this machine: no request
// goes anywhere else, and the page's policy forbids it.

const $ = (id) => document.getElementById(id);

// Checks and the verdict follow the files.
const verdict = $("verdict");
let known = 0;
const events = new EventSource("/events");
events.onmessage = async (e) => {
  const n = Number(e.data);
  if (known && n !== known) await refresh();
  known = n;
};

async function refresh() {
  const page = new DOMParser().parseFromString(await (await fetch("/checks")).text(), "text/html");
  const fresh = page.getElementById("new-verdict");
  if (!fresh) return; // signed out, or the draft is gone
  verdict.className = fresh.className;
  verdict.replaceChildren(...fresh.childNodes);
  fresh.remove();
  if (!$("checks")) return notice();
  const inside = $("checks").contains(document.activeElement); // anybody who is on the button stays on it
  $("checks").replaceChildren(...page.body.childNodes);
  if (inside) ($("checks").querySelector("button") ?? $("checks")).focus();
  const map = new DOMParser().parseFromString(await (await fetch("/map")).text(), "text/html");
  $("map").replaceChildren(...map.body.childNodes);
  light(lit);
  await notice();
}

// What people will notice takes longer than the checks, and follows them: how much,
// on every page, and what, on the first.
async function notice() {
  let text;
  try {
    text = await (await fetch("/changes/short")).text();
  } catch {
    return; // the page is being left, or the preview has ended
  }
  const short = new DOMParser().parseFromString(text, "text/html").querySelector("[data-all]");
  if (!short) return; // signed out, or the draft is gone
  for (const n of document.querySelectorAll(".noticed-number")) n.textContent = Number(short.dataset.all) ? " (" + short.dataset.all + ")" : "";
  if ($("changes")) $("changes").replaceChildren(short);
}
notice();

// The map shows where the conversation is, and the way that led there.
let lit = "", way = [];
const named = (step) => document.querySelector("#step-" + CSS.escape(step) + " text")?.textContent ?? step;
function light(step) {
  if (step && step !== way.at(-1)) way.push(step);
  if (!step) way = [];
  lit = step;
  for (const g of document.querySelectorAll(".map-step")) {
    g.classList.toggle("lit", g.id === "step-" + step);
    g.classList.toggle("been", way.includes(g.id.replace("step-", "")));
  }
  for (const l of document.querySelectorAll(".map-line")) {
    l.classList.toggle("been", way.some((s, i) => i > 0 && l.dataset.from === way[i - 1] && l.dataset.to === s));
  }
  const last = way.slice(-5).map(named).join(", then ");
  $("where").textContent = step ? "The conversation is at: " + last + "." : "The conversation is over, or has not begun.";
}

if ($("bubbles")) phone();
if ($("intro")) {
  const known = "signpost-intro";
  $("intro").hidden = localStorage.getItem(known) !== null;
  $("intro-hide").addEventListener("click", () => {
    localStorage.setItem(known, "seen");
    $("intro").hidden = true;
    $("words").focus();
  });
}
if ($("hear")) hear();
for (const form of document.querySelectorAll("form[data-live]")) if (form.id !== "file-form") live(form);
document.querySelector(".error-summary")?.focus();

// A form is tried while it is filled in: what is wrong is said beside its field, and how
// many answers would change above the button. Nothing is saved.
function live(form) {
  const slow = 700; // milliseconds after the last letter
  let timer = 0, turn = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tryIt, slow);
  });
  async function tryIt() {
    const mine = ++turn;
    let got;
    try {
      const answer = await fetch(form.dataset.live, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok) return;
      got = await answer.json();
    } catch {
      return; // the page is being left, or the preview has ended
    }
    if (mine !== turn) return; // a newer one is on its way
    const errors = got.Errors ?? [], warnings = got.Warnings ?? [];
    for (const place of form.querySelectorAll(".field-error")) {
      const name = place.id.replace(/-error$/, ""), own = errors.filter((e) => e.Field === name);
      place.textContent = own.map((e) => e.What).join(" ");
      place.closest(".field")?.classList.toggle("wrong", own.length > 0);
      const input = $(name);
      if (own.length) input?.setAttribute("aria-invalid", "true");
      else input?.removeAttribute("aria-invalid");
    }
    const others = errors.filter((e) => !e.Field || !$(e.Field + "-error")).map((e) => e.What);
    const says = [...others, ...warnings];
    if (!errors.length && got.Noticed) says.unshift(got.Noticed);
    form.querySelector(".live").textContent = says.join(" ");
    form.querySelector(".live").className = "live " + (errors.length ? "bad" : warnings.length ? "unsure" : "good");
  }
}

// What to say when the server answers with another page: somebody is signed out, or the draft
// was published or deleted.
const gone = "That did not work. Load this page again, to see why.";

// A text is read again and again without leaving the page; the status says what was
// understood, and anybody who writes stays where they are.
function hear() {
  $("hear").addEventListener("submit", async (e) => {
    e.preventDefault();
    const answer = await fetch("/heard", { method: "POST", body: new URLSearchParams(new FormData($("hear"))) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.status === 400) return void $("hear").submit(); // the page says what is wrong
    if (!page.getElementById("reading")) return void ($("heard-said").textContent = gone);
    for (const e of document.querySelectorAll(".error-summary, #heard-text-error")) e.remove();
    for (const a of ["aria-invalid", "aria-describedby"]) $("heard-text").removeAttribute(a);
    document.title = page.title;
    for (const id of ["reading", "heard-said"]) {
      $(id).className = page.getElementById(id).className;
      $(id).replaceChildren(...page.getElementById(id).childNodes);
    }
  });
}

function phone() {
  const name = [...crypto.getRandomValues(new Uint8Array(8))].map((b) => b.toString(16)).join("");
  let texts = 0, segments = 0, pence = 0;
  const did = { text: [], call: [] }; // the conversations on the page, as examples tell them

  async function post(what, more) {
    const setup = { phone: name, kind: $("kind").value, line: $("line").value, at: $("at").value, away: $("away").checked };
    const answer = await fetch("/phone/" + what, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...setup, ...more }) });
    if (answer.headers.get("Content-Type")?.startsWith("text/html")) throw new Error(gone);
    if (!answer.ok) throw new Error((await answer.text()).trim());
    return answer.json();
  }

  function add(log, who, text, small) {
    log.querySelector(".hint")?.remove();
    const p = document.createElement("p");
    p.className = who;
    const says = { they: "You: ", we: "We: " }[who];
    if (says) p.append(Object.assign(document.createElement("span"), { className: "hidden", textContent: says }));
    p.append(text);
    if (small) p.append(Object.assign(document.createElement("small"), { textContent: small }));
    log.append(p);
    log.scrollTop = log.scrollHeight;
  }

  const plural = (n, what) => n + " " + what + (n === 1 ? "" : "s");

  $("text").addEventListener("submit", async (e) => {
    e.preventDefault();
    const words = $("words").value;
    $("words").value = "";
    add($("bubbles"), "they", words || "(an empty text)");
    try {
      const got = await post("text", { text: words });
      did.text.push(words);
      if (got.reply) {
        add($("bubbles"), "we", got.reply, plural(got.letters, "letter") + ", " + plural(got.segments, "segment") + ", " + got.pence.toFixed(1) + "p");
      } else {
        add($("bubbles"), "note", "(silence: nothing is sent)");
      }
      texts++;
      segments += got.segments;
      pence += got.pence;
      $("sums").textContent = plural(texts, "text") + " sent, " + plural(segments, "segment") + " back, " + pence.toFixed(1) + "p.";
      light(got.step);
    } catch (err) {
      add($("bubbles"), "note", String(err.message));
    }
    $("words").focus();
  });

  $("afresh").addEventListener("click", async () => {
    await post("afresh", {});
    $("bubbles").replaceChildren();
    add($("bubbles"), "note", "A new phone, with another number.");
    texts = segments = pence = 0;
    did.text = [];
    $("sums").textContent = "Nothing sent yet.";
    light("");
    $("words").focus();
  });

  const keys = [...document.querySelectorAll("[data-key]")], legs = [...document.querySelectorAll("[data-how]")];
  const enable = (list, on) => { for (const b of list) b.disabled = !on; };

  function speak(lines) {
    if (!$("aloud").checked || !("speechSynthesis" in window)) return;
    speechSynthesis.cancel();
    for (const l of lines) speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(l), { lang: "en-GB" }));
  }

  async function call(what, more, shown, example) {
    if (shown) add($("captions"), "they", shown);
    // One key at a time: the next waits for the answer to this one.
    const buttons = [...keys, ...legs, $("wait"), $("ring"), $("hangup")];
    const were = buttons.map((b) => b.disabled), focused = document.activeElement;
    enable(buttons, false);
    let got;
    try {
      got = await post(what, more);
    } catch (err) {
      buttons.forEach((b, i) => { b.disabled = were[i]; });
      add($("captions"), "note", String(err.message));
      return;
    }
    if (example) did.call.push(example);
    const said = got.said ?? [];
    for (const l of said) add($("captions"), "we", l);
    speak(said);
    const rings = (got.rings ?? []).length > 0;
    if (rings) add($("captions"), "note", "(ringing " + got.rings.join(" and ") + ")");
    if (got.ended) add($("captions"), "note", "(the call ends)");
    $("ringing").textContent = rings ? "A line is ringing. How does it end?" : "No line is ringing.";
    enable(keys, got.keys && !got.ended);
    enable([$("wait")], got.keys && !rings && !got.ended);
    enable(legs, rings);
    enable([$("hangup")], !got.ended);
    $("ring").disabled = !got.ended;
    if (buttons.includes(focused) && !focused.disabled) focused.focus();
    light(got.step);
  }

  $("ring").addEventListener("click", () => { way = []; $("captions").replaceChildren(); did.call = []; call("ring", {}, "", "rings"); });
  $("hangup").addEventListener("click", () => { speechSynthesis?.cancel(); call("hangup", {}, "(hangs up)"); });
  $("wait").addEventListener("click", () => call("wait", {}, "(presses nothing)", "silence"));
  for (const b of keys) b.addEventListener("click", () => call("press", { key: b.dataset.key }, "presses " + b.dataset.key, b.dataset.key));
  for (const b of legs) b.addEventListener("click", () => call("leg", { how: b.dataset.how }, b.textContent, b.dataset.how));

  $("place").addEventListener("change", () => {
    const chosen = $("place").selectedOptions[0];
    $("words").value = $("place").value;
    const keys = chosen.dataset.keys;
    $("place-help").textContent = !$("place").value ? "They name no place." : keys ? "Send the text; or ring, and press " + keys + "." : "Send the text. By call, no single key goes straight there.";
  });

  // A conversation becomes an example as it stands here, at the phone's moment.
  $("keep").addEventListener("submit", (e) => {
    const turns = did[$("channel").value];
    for (const old of $("keep").querySelectorAll("[type=hidden]")) old.remove();
    if (turns.length === 0) {
      e.preventDefault();
      $("keeps").textContent = $("channel").value === "call" ? "Ring first." : "Send a text first.";
      return;
    }
    const hidden = (name, value) => $("keep").append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    for (const t of turns) hidden("they", t);
    hidden("at", $("at").value);
  });

  // While a call takes keys, those of the keyboard are the keypad's, unless
  // somebody is writing.
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.target.matches("input, select, textarea")) return;
    const b = keys.find((k) => k.dataset.key === e.key);
    if (b && !b.disabled) b.click();
  });
}
