"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, at = document) => at.querySelector(selector);
  const all = (selector, at = document) => [...at.querySelectorAll(selector)];
  const dataset = (element, name) => (element.dataset[name] || "").split(" ");

  const cards = all(".card").map((element) => ({
    element,
    file: element.closest(".file"),
    nodes: new Set(dataset(element, "nodes")),
    outcomes: dataset(element, "outcomes"),
  }));
  const files = all(".file");
  const rows = all("tr[data-node]");
  const told = all(".failure, .warning");
  const profiles = new Map(rows.map((row) => [row.dataset.node, row.dataset.profile]));
  const query = one("#query");
  const choices = ["node", "file", "profile", "outcome"].map((id) => one("#" + id));
  const [node, file, profile, outcome] = choices;
  const total = cards.length;

  // Read once, when somebody searches.
  const text = (card) => {
    card.text ??= (one("h2", card.file).textContent + "\n" + card.element.textContent).toLowerCase();
    return card.text;
  };

  const wantsNode = (number) =>
    (!node.value || node.value === number) && (!profile.value || profiles.get(number) === profile.value);

  const wants = (card, words) =>
    (!file.value || card.file.dataset.file === file.value) &&
    (!outcome.value || card.outcomes.includes(outcome.value)) &&
    ((!node.value && !profile.value) || [...card.nodes].some(wantsNode)) &&
    words.every((word) => text(card).includes(word));

  // Called after every change of what is looked for.
  const filter = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    const shownFiles = new Set();
    for (const card of cards) {
      const shown = wants(card, words);
      card.element.hidden = !shown;
      if (shown) {
        count += 1;
        shownFiles.add(card.file);
      }
    }
    for (const element of files) {
      element.hidden = !shownFiles.has(element);
    }
    for (const element of all(".part, .more")) {
      element.hidden = !one(".card:not([hidden])", element);
    }
    for (const row of rows) {
      row.hidden = !wantsNode(row.dataset.node);
    }
    for (const row of all("tr[data-file]")) {
      row.hidden = !shownFiles.has(one("#f" + row.dataset.file));
    }
    for (const element of told) {
      element.hidden = !dataset(element, "nodes").some(wantsNode);
    }
    for (const choice of choices) {
      choice.classList.toggle("on", choice.value !== "");
    }
    const filtered = words.length > 0 || choices.some((choice) => choice.value);
    // What was found may stand among the folded ones.
    if (filtered) {
      for (const element of all(".more:not([hidden])")) {
        element.open = true;
      }
    }
    one("#clear").disabled = !filtered;
    one("#shown").textContent = filtered ? `${count} of ${total} places` : `${total} ${total === 1 ? "place" : "places"}`;
    const nothing = one(".nothing");
    nothing.hidden = count > 0;
    if (total > 0) {
      nothing.textContent = "Nothing matches these filters.";
    }
    highlight(words);
  };

  // Marks what is searched for without touching the document.
  const highlight = (words) => {
    if (!window.Highlight) {
      return;
    }
    CSS.highlights.delete("found");
    if (words.length === 0) {
      return;
    }
    const ranges = [];
    for (const card of cards) {
      if (card.element.hidden || ranges.length > 2000) {
        continue;
      }
      const walker = document.createTreeWalker(card.element, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const piece = walker.currentNode;
        const lower = piece.data.toLowerCase();
        for (const word of words) {
          for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
            if (at + word.length > piece.length) {
              break;
            }
            const range = new Range();
            range.setStart(piece, at);
            range.setEnd(piece, at + word.length);
            ranges.push(range);
          }
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  const clear = () => {
    query.value = "";
    for (const choice of choices) {
      choice.value = "";
    }
    filter();
  };

  // Folded parents are opened: what has the focus is seen. A summary stands for what it folds.
  const go = (element) => {
    for (let at = element.matches("summary") ? element.parentElement.parentElement : element; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") {
        at.open = true;
      }
    }
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "start" });
  };

  // Of many that differ the fold is one stop, until somebody opens it.
  const isStop = (element) =>
    !element.closest("[hidden]") &&
    (element.matches("summary") ? !element.parentElement.open : !element.closest(".more:not([open])"));

  const step = (elements, by) => {
    const shown = elements.filter(isStop);
    const focus = document.activeElement;
    let at = shown.findIndex((element) => element.contains(focus));
    if (at < 0) {
      // From wherever the focus is, or else from the top.
      const after = (element) =>
        focus && focus !== document.body && focus.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
      const next = focus === document.body ? 0 : shown.findIndex(after);
      at = by > 0 ? (next < 0 ? shown.length : next) - 1 : next < 0 ? shown.length : next;
    }
    const target = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (target) {
      go(target.tagName === "DETAILS" ? one("summary", target) : target);
    }
  };

  let twins = false;
  const split = () => {
    if (!twins) {
      // Side by side, what stays stands on both sides.
      for (const same of all(".run > .same")) {
        const twin = same.cloneNode(true);
        twin.classList.add("twin");
        twin.setAttribute("aria-hidden", "true");
        same.after(twin);
      }
      twins = true;
    }
    const on = root.classList.toggle("split");
    one("#split").setAttribute("aria-pressed", on);
  };

  const theme = () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
  };

  const help = one("#help");
  const ask = () => (help.open ? help.close() : help.showModal());
  const elements = all(".card, .more > summary");
  const keys = {
    j: () => step(elements, 1),
    k: () => step(elements, -1),
    n: () => step(files, 1),
    p: () => step(files, -1),
    "/": () => {
      query.focus();
      query.select();
    },
    u: split,
    t: theme,
    "?": ask,
    Escape: clear,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const isTyping = event.target.matches("input, select, textarea");
    if (isTyping) {
      if (event.key === "Escape" || (event.key === "Enter" && event.target === query)) {
        event.target.blur();
        event.preventDefault();
      }
      return;
    }
    if (help.open && event.key !== "?") {
      return;
    }
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (act) {
      event.preventDefault();
      act();
    }
  });

  document.addEventListener("click", (event) => {
    const pick = event.target.closest("[data-pick]");
    if (pick) {
      event.preventDefault();
      node.value = node.value === pick.dataset.pick ? "" : pick.dataset.pick;
      filter();
    }
  });

  // Folded parts are printed too, and folded again afterwards.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    folded.forEach((element) => (element.open = true));
  });
  addEventListener("afterprint", () => folded.forEach((element) => (element.open = false)));

  query.addEventListener("input", filter);
  choices.forEach((choice) => choice.addEventListener("change", filter));
  one("#clear").addEventListener("click", clear);
  one("#split").addEventListener("click", split);
  one("#theme").addEventListener("click", theme);
  one("#ask").addEventListener("click", ask);
  const tools = one("#tools");
  tools.hidden = false;
  // What sticks below the bar has to know how high it is.
  new ResizeObserver(() => root.style.setProperty("--bar", tools.offsetHeight + "px")).observe(tools);
  filter();
})();
