// Claim cards in an article. No cookies, no storage, no tracking.
(() => {
  const home = new URL(document.currentScript.src).origin;
  if (window.claimtrail) return window.claimtrail.scan();
  const frames = () => [...document.querySelectorAll("iframe")].filter((f) => f.src.startsWith(home + "/embed/claims/"));
  const scan = () => {
    for (const q of document.querySelectorAll("blockquote.claimtrail[cite]")) {
      if (q.dataset.claimtrail || !q.cite.startsWith(home)) continue;
      if (document.readyState === "loading" && !q.nextElementSibling) continue; // its frame may be on its way
      const at = /^\/claims\/([^/?#]+)[^?#]*(\?[^#]*)?/.exec(q.cite.slice(home.length));
      if (!at) continue;
      q.dataset.claimtrail = "yes";
      if (frames().includes(q.nextElementSibling)) continue;
      const f = document.createElement("iframe");
      f.src = home + "/embed/claims/" + at[1] + (at[2] || "");
      f.title = q.textContent.trim().slice(0, 150);
      f.style.cssText = "position:absolute;clip:rect(1px,1px,1px,1px)";
      q.after(f);
    }
  };
  addEventListener("message", (e) => {
    const height = e.data && e.data.type === "claimtrail:height" && e.data.height;
    if (!Number.isFinite(height) || height < 1 || height > 5000) return;
    const f = frames().find((f) => f.contentWindow === e.source);
    if (!f) return;
    const opaque = f.sandbox.length && !f.sandbox.contains("allow-same-origin");
    if (e.origin !== (opaque ? "null" : home)) return;
    f.style.cssText = "display:block;border:0;width:100%;max-width:700px";
    f.height = Math.ceil(height);
    const q = f.previousElementSibling;
    if (q && q.matches("blockquote.claimtrail")) q.style.display = "none";
  });
  window.claimtrail = { scan };
  const begin = () => {
    scan();
    new MutationObserver(scan).observe(document.body, { childList: true, subtree: true });
    addEventListener("DOMContentLoaded", scan);
    for (const f of frames()) f.contentWindow.postMessage({ type: "claimtrail:ready" }, "*");
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
