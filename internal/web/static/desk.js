// The desk works without this. With it: unsaved typing survives a crash of the
// tab, counters count, evidence is cited by a click, words are quoted by
// selecting them, captures under way are watched, and the keys n and / open a
// new claim and the search.

const forms = document.querySelectorAll("form[data-draft]:not([data-draft=''])");
forgetSaved();
for (const form of forms) keepTyping(form);
for (const field of document.querySelectorAll("[data-limit]:not([data-limit=''])")) countDown(field);
for (const button of document.querySelectorAll("[data-cite]")) citeOnClick(button);
pickQuotations(document.querySelector("[data-snapshot]"), document.querySelector(".picker form[data-draft^='quote-']"));
watch(document.querySelector("[data-live]"));
document.querySelector("[autofocus]")?.focus();
document.addEventListener("keydown", shortcuts);

function fieldsOf(form) {
  return [...form.elements].filter((e) => e.name && e.type !== "hidden" && e.type !== "password" && e.type !== "submit");
}

// Typing is kept under the form's key until the form is sent; an offer to bring
// it back appears when the page opens with something else.
function keepTyping(form) {
  const key = "draft:" + form.dataset.draft;
  const read = () => Object.fromEntries(fieldsOf(form).map((e) => [e.name + (e.type === "checkbox" ? "=" + e.value : ""), e.type === "checkbox" ? e.checked : e.value]));
  const pristine = JSON.stringify(read());
  const kept = localStorage.getItem(key);
  if (kept && kept !== pristine) offer(form, key, JSON.parse(kept));
  form.addEventListener("input", () => {
    const now = JSON.stringify(read());
    if (now === pristine) localStorage.removeItem(key);
    else localStorage.setItem(key, now);
  });
  form.addEventListener("submit", () => localStorage.setItem("sent:" + key, "1"));
}

// What was sent is forgotten only when a page without its form opens: until
// then the server may not have had it.
function forgetSaved() {
  const open = new Set([...forms].map((form) => "draft:" + form.dataset.draft));
  for (const sent of Object.keys(localStorage).filter((k) => k.startsWith("sent:"))) {
    const key = sent.slice("sent:".length);
    if (!open.has(key)) localStorage.removeItem(key);
    localStorage.removeItem(sent);
  }
}

function offer(form, key, kept) {
  const note = document.createElement("div");
  note.className = "note";
  note.setAttribute("role", "status");
  note.append("There is typing of yours that was never saved. ");
  const back = button("Bring it back", () => {
    for (const e of fieldsOf(form)) {
      const name = e.name + (e.type === "checkbox" ? "=" + e.value : "");
      if (!(name in kept)) continue;
      if (e.type === "checkbox") e.checked = kept[name];
      else e.value = kept[name];
      for (let d = e.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    }
    note.remove();
  });
  const drop = button("Discard it", () => {
    localStorage.removeItem(key);
    note.remove();
  });
  note.append(back, " ", drop);
  form.prepend(note);
}

function button(text, action) {
  const b = document.createElement("button");
  b.type = "button";
  b.className = "btn small";
  b.textContent = text;
  b.addEventListener("click", action);
  return b;
}

function countDown(field) {
  const limit = Number(field.dataset.limit);
  const note = document.createElement("p");
  note.className = "hint";
  const show = () => {
    const n = [...field.value].length;
    note.textContent = `${n} of ${limit} characters`;
    note.classList.toggle("err", n > limit);
  };
  field.addEventListener("input", show);
  field.after(note);
  show();
}

function citeOnClick(control) {
  control.hidden = false;
  control.addEventListener("click", () => insert(control.dataset.cite));
}

function insert(text) {
  const area = document.querySelector("textarea[name=reasoning]");
  if (!area) return;
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function shortcuts(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.focus();
  else target.click();
}

// Selecting words in an archived text fills the form that quotes them. The text
// gets a caret, so that the keyboard can select too, but cannot be changed.
function pickQuotations(text, form) {
  if (!text || !form) return;
  document.querySelector("[data-picker-hint]").hidden = false;
  text.contentEditable = "true";
  text.spellcheck = false;
  text.setAttribute("role", "textbox");
  text.setAttribute("aria-multiline", "true");
  text.setAttribute("aria-readonly", "true");
  text.setAttribute("aria-label", "The archived text. Hold Shift with the arrow keys to select; Enter takes the selection over.");
  text.inputMode = "none";
  for (const change of ["beforeinput", "paste", "cut", "drop", "dragstart"]) text.addEventListener(change, (e) => e.preventDefault());
  // Words that were typed over stand nowhere in particular.
  form.elements.exact.addEventListener("input", (e) => { if (e.detail !== "selected") form.elements.start.value = "-1"; });
  text.addEventListener("mouseup", () => takeSelection(text, form));
  text.addEventListener("keydown", (e) => {
    if (e.key !== "Enter") return;
    e.preventDefault();
    if (takeSelection(text, form)) form.elements.stance.focus();
  });
}

// Offsets are code points of the whole text, as the server counts them.
function takeSelection(text, form) {
  const selection = getSelection();
  if (selection.rangeCount === 0 || selection.isCollapsed) return false;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return false;
  const before = range.cloneRange();
  before.selectNodeContents(text);
  before.setEnd(range.startContainer, range.startOffset);
  const words = range.toString();
  const blank = words.length - words.trimStart().length;
  if (words.trim() === "") return false;
  form.elements.exact.value = words.trim();
  form.elements.start.value = [...before.toString()].length + [...words.slice(0, blank)].length;
  form.elements.exact.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "selected" }));
  return true;
}

// What is under way is looked at again until it has come to its end. The rest of
// the page stays as it is, with its focus.
function watch(live) {
  const section = live?.closest("section[id]");
  if (!section) return;
  setTimeout(async () => {
    if (document.hidden) return watch(live);
    const answer = await fetch(location.pathname, { credentials: "same-origin" }).catch(() => null);
    if (answer?.redirected) return; // signed out meanwhile
    if (answer?.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(section.id);
      if (fresh && fresh.innerHTML !== section.innerHTML) {
        section.replaceChildren(...fresh.childNodes);
        section.setAttribute("aria-live", "polite");
      }
    }
    watch(section.querySelector("[data-live]"));
  }, 1500);
}
