// What the page needs beside Chainlit: the greeting on the empty chat and the sandbox's ribbon.
// The server pushes both when a chat opens (a window message); nothing here asks the network.
(() => {
  const KEY = "finance-ribbon";
  let welcome = null;

  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  };

  const ribbon = (words) => {
    const there = document.getElementById("fin-ribbon");
    document.documentElement.classList.toggle("fin-sandbox", Boolean(words));
    if (!words) { there?.remove(); return; }
    if (there) { there.lastChild.textContent = words; return; }
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    mark.setAttribute("viewBox", "0 0 16 16");
    mark.setAttribute("aria-hidden", "true");
    mark.innerHTML = '<path d="M6 2h4M6.6 2v4.2L3 12.4A1 1 0 0 0 3.9 14h8.2a1 1 0 0 0 .9-1.6L9.4 6.2V2M4.8 9.6h6.4" ' +
      'fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/>';
    document.body.prepend(element("div", { id: "fin-ribbon", role: "note" }, mark, element("span", {}, words)));
  };

  const greet = () => {
    const screen = document.getElementById("welcome-screen");
    if (!screen || !welcome) return;
    const old = document.getElementById("fin-greeting");
    if (old && old.dataset.of === JSON.stringify(welcome)) return;
    old?.remove();
    const made = element("section", { id: "fin-greeting" },
      element("img", { class: "mark", src: "/public/favicon.svg", alt: "" }),
      element("h1", {}, welcome.greeting),
      element("p", {}, welcome.place),
      element("p", { class: welcome.waiting_count ? "waits" : "waits none" }, welcome.waiting));
    made.dataset.of = JSON.stringify(welcome);
    screen.prepend(made);
  };

  window.addEventListener("message", (event) => {
    if (event.source !== window || event.origin !== window.location.origin) return;
    const told = event.data && event.data.finance;
    if (!told) return;
    if (told.ribbon !== undefined) {
      ribbon(told.ribbon);
      try { told.ribbon ? localStorage.setItem(KEY, told.ribbon) : localStorage.removeItem(KEY); } catch { /* private mode */ }
    }
    if (told.language) document.documentElement.lang = told.language;
    if (told.thread) {
      // Chainlit puts the conversation into the address only where its sidebar is on the page, which it is not on a
      // phone: a reload there would leave the conversation.
      setTimeout(() => {
        if (location.pathname === "/" && !document.getElementById("welcome-screen")) {
          history.replaceState(history.state, "", `/thread/${encodeURIComponent(told.thread)}`);
        }
      }, 1500);
    }
    if (told.welcome) { welcome = told.welcome; greet(); }
  });

  // The page follows the system until the person chooses; Chainlit looks only once, so a change is passed on here.
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
    let chosen = null;
    try { chosen = localStorage.getItem("vite-ui-theme"); } catch { /* private mode */ }
    if (chosen && chosen !== "system") return;
    const scheme = matches ? "dark" : "light";
    document.documentElement.classList.remove("light", "dark");
    document.documentElement.classList.add(scheme);
    Object.entries(window.theme?.[scheme] || {}).forEach(([name, value]) => document.documentElement.style.setProperty(name, value));
  });

  // An amount keeps its currency on its line ("€ 52.32"), in answers and on cards.
  const BREAKS = /([€£$]) (?=[−-]?\d)|(\d) (?=[€£$])/g;
  const bind = (node) => {
    const place = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (!place?.closest || !place.closest(".prose, .fin-card") && !place.querySelector?.(".prose, .fin-card")) return;
    if (place.closest("input, textarea, pre, code, [contenteditable]")) return;
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = node.nodeType === Node.TEXT_NODE ? node : walker.nextNode(); text; text = walker.nextNode()) {
      const bound = text.nodeValue.replace(BREAKS, "$1$2\u00a0");
      if (bound !== text.nodeValue) text.nodeValue = bound;
    }
  };
  const changed = (changes) => {
    greet();
    changes.forEach((change) => (change.type === "characterData" ? [change.target] : change.addedNodes).forEach(bind));
  };

  const begin = () => {
    let remembered = null;
    try { remembered = localStorage.getItem(KEY); } catch { /* private mode */ }
    if (remembered) ribbon(remembered);
    new MutationObserver(changed).observe(document.getElementById("root"), { childList: true, subtree: true, characterData: true });
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", begin) : begin();
})();
