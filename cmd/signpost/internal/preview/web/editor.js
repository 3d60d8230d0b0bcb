// The text of a file, in an editor that marks what the check finds. Without this script
// the page's own text field does the same work. The editor is vendored: CodeMirror.
import { basicSetup, EditorView, EditorState, keymap, indentWithTab, yaml, linter, lintGutter, autocompletion, HighlightStyle, syntaxHighlighting, tags } from "/codemirror.min.js";

const form = document.getElementById("file-form"), field = document.getElementById("file-text");
const words = JSON.parse(form.dataset.words);
const dark = matchMedia("(prefers-color-scheme: dark)").matches;

// What may stand here: the names that the file has, and those of services, areas and steps.
function complete(at) {
  const word = at.matchBefore(/[\w:]*/);
  if (!at.explicit && word.from === word.to) return null;
  return { from: word.from, options: words, validFor: /^\w*:?$/ };
}

async function find(view) {
  const text = view.state.doc.toString();
  let got;
  try {
    const answer = await fetch(form.dataset.live, { method: "POST", body: new URLSearchParams({ text }) });
    if (!answer.ok) return [];
    got = await answer.json();
  } catch {
    return []; // the page is being left, or the preview has ended
  }
  tell(got);
  return got.Here.map((p) => {
    const line = view.state.doc.line(Math.min(Math.max(p.Line, 1), view.state.doc.lines));
    return { from: Math.min(line.from + Math.max(p.Col - 1, 0), line.to), to: line.to, severity: p.Severity, message: p.What + ". " + p.Why + " " + p.Fix, source: p.Rule };
  });
}

const made = (tag, more, ...inside) => {
  const e = Object.assign(document.createElement(tag), more);
  e.append(...inside);
  return e;
};

function tell(got) {
  const errors = got.Here.filter((p) => p.Severity === "error").length, elsewhere = got.Elsewhere ?? [];
  document.getElementById("file-live").textContent = errors ? errors + " to fix here." : elsewhere.length ? "In other files: " + elsewhere[0] : "No mistakes. " + got.Here.length + (got.Here.length === 1 ? " warning." : " warnings.");
  document.getElementById("file-live").className = "live " + (errors || elsewhere.length ? "bad" : "good");
  document.getElementById("file-found").replaceChildren(...got.Here.slice(0, 40).map((p) => made("li", { className: p.Severity },
    made("p", {}, made("span", { className: "tag", textContent: p.Severity }), " ", made("strong", { textContent: p.What })),
    made("p", {}, p.Why + " ", made("em", { textContent: p.Fix })),
    made("p", { className: "where" }, made("a", { href: "#L" + p.Line, textContent: "line " + p.Line })))));
}

// Colours are those of the page, light or dark.
const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "var(--link)" },
  { tag: [tags.string, tags.content], color: "var(--ink)" },
  { tag: [tags.keyword, tags.meta, tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--quiet)" },
]);

const slow = 800; // milliseconds after the last letter
const view = new EditorView({
  parent: document.getElementById("editor"),
  state: EditorState.create({
    doc: field.value,
    extensions: [
      syntaxHighlighting(colours), basicSetup, yaml(), keymap.of([indentWithTab]), lintGutter(), linter(find, { delay: slow }), autocompletion({ override: [complete] }),
      EditorView.lineWrapping, EditorView.cspNonce.of(form.dataset.nonce),
      EditorView.contentAttributes.of({ "aria-labelledby": "file-label", tabindex: "0" }),
      EditorView.theme({ "&": { maxHeight: "70vh" }, ".cm-scroller": { overflow: "auto" } }, { dark }),
      EditorView.updateListener.of((u) => { if (u.docChanged) field.value = u.state.doc.toString(); }),
    ],
  }),
});
field.hidden = true;
field.value = view.state.doc.toString();

// A link to a line goes there.
function goTo() {
  const n = Number(location.hash.replace("#L", ""));
  if (!n || n > view.state.doc.lines) return;
  view.dispatch({ selection: { anchor: view.state.doc.line(n).from }, effects: EditorView.scrollIntoView(view.state.doc.line(n).from, { y: "center" }) });
  view.focus();
}
addEventListener("hashchange", goTo);
goTo();
