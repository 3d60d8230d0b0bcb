// Writes a TypeScript program that makes each of our documents again with the provider's
// official library, so that the compiler holds every element, attribute and value against
// the library's types, and the program compares what comes out with what we write.
//
//   node documents.mjs FOLDER-OF-DOCUMENTS > documents.ts
import fs from "node:fs";
import path from "node:path";

const entities = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const plain = s => s.replace(/&(#x?[0-9a-fA-F]+|[a-z]+);/g, (_, e) => e[0] !== "#" ? entities[e] : String.fromCodePoint(e[1] === "x" ? parseInt(e.slice(2), 16) : parseInt(e.slice(1), 10)));

// parse reads our own plain XML into elements.
function parse(xml) {
  const root = { name: "", children: [] };
  const stack = [root];
  for (const [, text, close, name, attrs, empty] of xml.replace(/^<\?xml[^>]*\?>\s*/, "").matchAll(/([^<]+)|<(\/?)([A-Za-z-]+)((?:\s+[A-Za-z-]+="[^"]*")*)\s*(\/?)>/g)) {
    const top = stack.at(-1);
    if (text !== undefined) top.children.push(plain(text));
    else if (close) stack.pop();
    else {
      const element = { name, attrs: [...attrs.matchAll(/([A-Za-z-]+)="([^"]*)"/g)].map(([, n, v]) => [n, plain(v)]), children: [] };
      top.children.push(element);
      if (!empty) stack.push(element);
    }
  }
  return root.children[0];
}

const words = new Set(["finishOnKey", "sendDigits", "digits", "callerId", "time", "rate", "alias", "action", "url"]); // values that look like numbers, and are none
const lists = new Set(["input", "statusCallbackEvent"]);

function literal(name, value) {
  if (lists.has(name)) return JSON.stringify(value.split(" "));
  if (!words.has(name) && /^[0-9]+$|^(true|false)$/.test(value)) return value;
  return JSON.stringify(value);
}

let names = 0;
const lines = [];
function make(parent, element) {
  const name = `e${++names}`;
  const attrs = "{" + element.attrs.map(([n, v]) => `${JSON.stringify(n)}: ${literal(n, v)}`).join(", ") + "}";
  const takesText = ["Say", "Play", "Redirect", "Number", "sub", "prosody"].includes(element.name);
  const [first, ...rest] = element.children;
  const text = takesText && typeof first === "string" ? first : "";
  const method = element.name[0].toLowerCase() + element.name.slice(1);
  lines.push(`  const ${name} = ${parent}.${method}(${attrs}${takesText ? ", " + JSON.stringify(text) : ""});`);
  for (const child of takesText && typeof first === "string" ? rest : element.children) {
    if (typeof child === "string") lines.push(`  ${name}.addText(${JSON.stringify(child)});`);
    else make(name, child);
  }
}

console.log('import twilio from "twilio";\nconst made: [string, string][] = [];');
const files = fs.readdirSync(process.argv[2]).filter(f => f.endsWith(".xml"));
for (const file of files) {
  names = 0;
  lines.length = 0;
  const response = parse(fs.readFileSync(path.join(process.argv[2], file), "utf8"));
  for (const child of response.children) make("r", child);
  console.log(`{\n  const r = new twilio.twiml.VoiceResponse();\n${lines.join("\n")}\n  made.push([${JSON.stringify(file)}, r.toString()]);\n}`);
}
console.log(`import fs from "node:fs";
const same = (xml: string) => xml.replace(/^<\\?xml[^>]*\\?>\\s*/, "").replace(/&#34;/g, '"').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&apos;/g, "'").replace(/&gt;/g, ">");
let differ = 0;
for (const [file, theirs] of made) {
  const ours = fs.readFileSync(process.argv[2] + "/" + file, "utf8");
  if (same(ours) !== same(theirs)) { differ++; console.log(file + "\\n  ours:   " + ours + "\\n  theirs: " + theirs); }
}
console.log(made.length + " documents, " + differ + " that the official library writes otherwise");
process.exit(differ || made.length === 0 ? 1 : 0);`);
