// Verifies a published ruling in the reader's browser: the document has the hash
// that its entry in the log commits to (SHA-256), the entry is in the tree whose
// root the log's key signed (RFC 6962, C2SP tlog-proof), and the signature holds
// (Ed25519). The key comes from this site; whoever distrusts the site compares
// it with one from elsewhere, or runs the program that verifies everything.

const box = document.querySelector(".verify");
if (box && globalThis.crypto?.subtle) {
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => run(box));
}

async function run(box) {
  const list = box.querySelector("ol");
  const button = box.querySelector("button");
  button.disabled = true;
  list.replaceChildren();
  box.dataset.state = "running";
  const say = (good, words) => {
    const item = document.createElement("li");
    item.className = good ? "good" : "bad";
    item.textContent = (good ? "✓ " : "✗ ") + words;
    list.append(item);
  };
  try {
    for await (const words of steps(box.dataset)) say(true, words);
    box.dataset.state = "good";
  } catch (e) {
    say(false, e instanceof Finding ? e.message : "This could not be finished: " + e.message);
    box.dataset.state = "bad";
  }
  button.disabled = false;
}

class Finding extends Error {}

async function* steps(at) {
  const [body, entry, proofText, vkeyText] = await Promise.all([bytes(at.document), bytes(at.entry), text(at.proof), text("/log/vkey")]);
  const hash = hex(await sha256(body));
  if (hash !== at.sha256) throw new Finding("The document's hash is not the one that this page names.");
  const leaf = JSON.parse(new TextDecoder().decode(entry));
  if (leaf.sha256 !== hash) throw new Finding("The log's entry commits to another document.");
  yield "The document has the hash that its log entry commits to.";

  const proof = parseProof(proofText);
  const checkpoint = parseCheckpoint(proof.checkpoint);
  const root = await rootOf(proof.index, checkpoint.size, await leafHash(entry), proof.hashes);
  if (!root || base64(root) !== checkpoint.root) throw new Finding("The entry is not in the tree that was signed.");
  yield `Entry ${proof.index} is in the signed tree of ${checkpoint.size} entries.`;

  const key = parseKey(vkeyText.trim());
  const line = checkpoint.signatures.find((s) => s.name === key.name && s.id === key.id);
  if (!line) throw new Finding("The checkpoint is not signed by the log's key.");
  let publicKey;
  try {
    publicKey = await crypto.subtle.importKey("raw", key.bytes, "Ed25519", false, ["verify"]);
  } catch {
    throw new Error("this browser cannot check Ed25519 signatures; hash and tree are as they should be");
  }
  if (!(await crypto.subtle.verify("Ed25519", publicKey, line.signature, new TextEncoder().encode(checkpoint.text)))) throw new Finding("The signature of the checkpoint is wrong.");
  yield `The checkpoint is signed by ${key.name}, key ${key.id}.`;
}

async function bytes(address) {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function text(address) {
  return new TextDecoder().decode(await bytes(address));
}

async function sha256(...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

// The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); null when the
// proof is too long or too short. Sizes stay far below 2^53.
async function rootOf(index, size, hash, path) {
  if (index >= size) return null;
  let node = index;
  let last = size - 1;
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = await nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : null;
}

function parseProof(proof) {
  const end = proof.indexOf("\n\n");
  const lines = proof.slice(0, end).split("\n");
  if (end < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Finding("The proof cannot be read.");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = Number(/^index (\d+)$/.exec(lines.shift() ?? "")?.[1]);
  if (!Number.isSafeInteger(index)) throw new Finding("The proof names no entry.");
  return { index, hashes: lines.map(unbase64), checkpoint: proof.slice(end + 2) };
}

function parseCheckpoint(note) {
  const end = note.lastIndexOf("\n\n");
  const body = note.slice(0, end + 1);
  const [, size, root] = body.split("\n");
  const signatures = note.slice(end + 2).trimEnd().split("\n").map((line) => {
    const [, name, blob] = line.split(" ");
    const raw = unbase64(blob ?? "");
    return { name, id: hex(raw.slice(0, 4)), signature: raw.slice(4) };
  });
  return { text: body, size: Number(size), root, signatures };
}

function parseKey(vkey) {
  const [name, id, ...rest] = vkey.split("+");
  const raw = unbase64(rest.join("+"));
  if (raw[0] !== 1 || raw.length !== 33) throw new Error("the log's key is of a kind that is not known here");
  return { name, id, bytes: raw.slice(1) };
}

const unbase64 = (s) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
const base64 = (b) => btoa(String.fromCharCode(...b));
const hex = (b) => [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
