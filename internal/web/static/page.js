// What makes public pages easier where scripts run: cards are taken from a dialog
// on the claim's page, and texts are copied by a button.

const copyable = (within) => {
  if (!navigator.clipboard) return;
  for (const button of within.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = within.querySelector("#" + button.dataset.copy);
      await navigator.clipboard.writeText(text.value);
      text.select();
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
  }
};

// choices shows the card anew as soon as another colour or language is chosen.
const choices = (within) => {
  const form = within.querySelector(".choices");
  if (!form) return;
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => load(form.action + "?" + new URLSearchParams(new FormData(form)), within));
};

const load = async (address, into) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const old = into.querySelector("[data-embed]");
  const focused = old && old.contains(document.activeElement) ? document.activeElement.name : null;
  const fresh = document.importNode(page.querySelector("[data-embed]"), true);
  old ? old.replaceWith(fresh) : into.append(fresh);
  prepare(into);
  if (focused) into.querySelector(`[name="${focused}"]`)?.focus();
};

const prepare = (within) => {
  copyable(within);
  choices(within);
};

// The frame of the preview says how tall its card is.
addEventListener("message", (e) => {
  const height = e.origin === location.origin && e.data?.type === "claimtrail:height" && e.data.height;
  for (const frame of document.querySelectorAll("iframe.preview")) {
    if (height > 0 && height <= 5000 && frame.contentWindow === e.source) frame.height = Math.ceil(height);
  }
});

const dialogOf = (link) => {
  const dialog = document.createElement("dialog");
  dialog.className = "sheet-dialog";
  dialog.setAttribute("aria-labelledby", "dialog-title");
  const head = document.createElement("header");
  const title = document.createElement("h2");
  title.id = "dialog-title";
  title.textContent = link.textContent;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn small";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => link.focus());
  head.append(title, close);
  dialog.append(head);
  document.body.append(dialog);
  return dialog;
};

for (const link of document.querySelectorAll("a[data-dialog]")) {
  let dialog;
  link.addEventListener("click", async (e) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    e.preventDefault();
    try {
      if (!dialog) {
        const made = dialogOf(link);
        await load(link.href, made);
        dialog = made;
      }
      dialog.showModal();
    } catch {
      location.href = link.href;
    }
  });
}

if (document.querySelector("main [data-embed]")) prepare(document.querySelector("main"));


// A list is searched as one types: its results are those of the page that the form
// would lead to, whose address is shown.
const searched = document.querySelector("form.search input[type=search]");
if (searched && document.querySelector("[data-results]")) {
  let timer, asked = 0;
  const parts = ["[data-results]", "main aside"];
  const find = async () => {
    const turn = ++asked;
    const address = searched.form.action + "?" + new URLSearchParams(new FormData(searched.form));
    const answer = await fetch(address + "&typing=1");
    if (!answer.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asked) return;
    for (const part of parts) {
      document.querySelector(part).replaceWith(document.importNode(page.querySelector(part), true));
    }
    history.replaceState(null, "", address);
    document.title = page.title;
  };
  searched.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, 200);
  });
}
