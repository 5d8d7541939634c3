// What the page needs beside Chainlit: the greeting on the empty chat, the sandbox's ribbon, and the one that says that
// writing is stopped. The server pushes them when a chat opens, and the last one whenever it changes (a window message);
// nothing here asks the network.
(() => {
  const KEY = "finance-ribbon";
  let welcome = null;

  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  };

  const MARKS = {
    "fin-ribbon": "M6 2h4M6.6 2v4.2L3 12.4A1 1 0 0 0 3.9 14h8.2a1 1 0 0 0 .9-1.6L9.4 6.2V2M4.8 9.6h6.4",
    "fin-stopped": "M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4zM5.5 8h5"
  };
  const mark = (id) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    made.setAttribute("viewBox", "0 0 16 16");
    made.setAttribute("aria-hidden", "true");
    made.innerHTML = `<path d="${MARKS[id]}" fill="none" stroke="currentColor" stroke-width="1.4" ` +
      'stroke-linecap="round" stroke-linejoin="round"/>';
    return made;
  };

  // The page below moves down by as much as the ribbons need, which may be several lines on a phone.
  const measure = new ResizeObserver(([entry]) => {
    const height = Math.ceil(entry.borderBoxSize[0].blockSize);
    document.documentElement.style.setProperty("--fin-ribbon-height", `${height}px`);
    document.documentElement.classList.toggle("fin-ribboned", height > 0);
  });
  const ribbons = () => {
    const there = document.getElementById("fin-ribbons");
    if (there) return there;
    const made = element("div", { id: "fin-ribbons" });
    document.body.prepend(made);
    measure.observe(made);
    return made;
  };

  // The sandbox's ribbon is a note; the other one comes and goes while one works, and is read out when it does.
  const ribbon = (id, words) => {
    const there = document.getElementById(id);
    if (!words) { there?.remove(); return; }
    if (there) { there.lastChild.textContent = words; there.title = words; return; }
    const made = element("div", { id, role: id === "fin-stopped" ? "alert" : "note", title: words }, mark(id), element("span", {}, words));
    id === "fin-stopped" ? ribbons().append(made) : ribbons().prepend(made);
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
    if (welcome.hint) made.append(element("p", { class: "hint" }, welcome.hint));
    made.dataset.of = JSON.stringify(welcome);
    screen.prepend(made);
  };

  // While it opens a conversation, Chainlit's page sometimes takes itself for a new chat: the server greets, at the address
  // of a conversation, and the page stays empty. Then it is loaded once more, and a third time at most.
  const AGAIN = "finance-again";
  const loadAgain = () => {
    if (!location.pathname.startsWith("/thread/") || document.getElementById("chat-input")) return;
    try {
      const tries = Number(sessionStorage.getItem(AGAIN) || 0);
      if (tries > 1) return;
      sessionStorage.setItem(AGAIN, String(tries + 1));
      location.reload();
    } catch { /* private mode: nothing would end the tries */ }
  };
  const opened = () => { try { sessionStorage.removeItem(AGAIN); } catch { /* private mode */ } };

  window.addEventListener("message", (event) => {
    if (event.source !== window || event.origin !== window.location.origin) return;
    const told = event.data && event.data.finance;
    if (!told) return;
    if (told.ribbon !== undefined) {
      ribbon("fin-ribbon", told.ribbon);
      try { told.ribbon ? localStorage.setItem(KEY, told.ribbon) : localStorage.removeItem(KEY); } catch { /* private mode */ }
    }
    if (told.stopped !== undefined) ribbon("fin-stopped", told.stopped);
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
    if (told.welcome) { welcome = told.welcome; greet(); setTimeout(loadAgain, 1500); } else opened();
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
  // No address in an answer opens by a click: the server has broken them up, except mail addresses, which are to be
  // copied. Whatever Chainlit still makes a link of loses it here.
  const unlink = () => document.querySelectorAll("[data-step-type] .prose a[href]").forEach((link) => link.removeAttribute("href"));
  const changed = (changes) => {
    greet();
    unlink();
    changes.forEach((change) => (change.type === "childList" ? change.addedNodes : [change.target]).forEach(bind));
  };

  const begin = () => {
    let remembered = null;
    try { remembered = localStorage.getItem(KEY); } catch { /* private mode */ }
    if (remembered) ribbon("fin-ribbon", remembered);
    new MutationObserver(changed).observe(document.getElementById("root"), {
      childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["href"]
    });
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", begin) : begin();
})();
