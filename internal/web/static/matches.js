// What is typed into a claim's field is looked up among the published claims: from
// five words on, whenever the typing pauses. What is found stands below the field; the
// buttons of a judgement work there without leaving the form.
for (const field of document.querySelectorAll("textarea[data-matched]")) {
  const place = document.createElement("div");
  place.className = "matched";
  place.setAttribute("aria-live", "polite");
  field.parentElement.append(place);
  let timer, asked = "";
  const look = async () => {
    const text = field.value.trim();
    if (text === asked) return;
    asked = text;
    if (text.split(/\s+/).length < 5) return place.replaceChildren();
    const answer = await fetch(field.dataset.matched + "?" + new URLSearchParams({ text }));
    if (!answer.ok || asked !== text) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = document.importNode(page.querySelector("[data-matches]"), true);
    if (asked !== text) return;
    for (const form of found.querySelectorAll("form")) judged(form);
    for (const link of found.querySelectorAll("a")) link.target = "_blank";
    place.replaceChildren(found);
  };
  // A form cannot stand in a form: its button sends it.
  const judged = (form) => {
    const address = form.getAttribute("action");
    const said = new FormData(form);
    const buttons = [...form.querySelectorAll("button")];
    form.replaceWith(...buttons);
    for (const button of buttons) {
      button.type = "button";
      button.addEventListener("click", async () => {
        const data = new URLSearchParams(said);
        data.set(button.name, button.value);
        const answer = await fetch(address, { method: "POST", body: data, redirect: "manual" });
        if (!answer.ok && answer.type !== "opaqueredirect") return;
        if (button.value === "not-same") return button.closest("li").remove();
        for (const b of buttons) b.disabled = true;
      });
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 300);
  });
  look();
}
