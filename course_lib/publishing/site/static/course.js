// Copy buttons, the way to the same place in the other language, the glossary's filter. No request leaves the page.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("course-words").textContent);

  const copy = async (text) => {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.className = "course-visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("the browser refuses to copy");
  };

  const addCopyButtons = () => {
    for (const block of document.querySelectorAll("article div.highlight")) {
      // Output is looked at; only what was written to be run is copied.
      if (block.closest(".cell_output")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "course-copy";
      button.textContent = words.copy;
      button.addEventListener("click", async () => {
        try {
          await copy(block.querySelector("pre").textContent.replace(/\n$/, ""));
          button.textContent = words.copied;
        } catch {
          button.textContent = words.copy_failed;
        }
        setTimeout(() => (button.textContent = words.copy), 2000);
      });
      block.append(button);
    }
  };

  // Cells have the same anchors in both languages: the reader stays at the paragraph.
  const switchLanguage = () => {
    for (const link of document.querySelectorAll("a.course-language")) {
      link.addEventListener("click", () => {
        try {
          localStorage.setItem("course-language", link.dataset.language);
        } catch {
          // no storage: the choice holds for this click
        }
        const anchors = [...document.querySelectorAll('article [id^="c"]')].filter((element) => /^c\d\d-/.test(element.id));
        const passed = anchors.filter((element) => element.getBoundingClientRect().top < innerHeight * 0.25).pop();
        const term = /^#(term-|E\d\d)/.test(location.hash) ? location.hash : "";
        const url = new URL(link.href);
        url.search = location.search;
        url.hash = window.scrollY > 200 && passed ? passed.id : term;
        link.href = url.href;
      });
    }
  };

  const filterTerms = () => {
    const field = document.getElementById("course-filter");
    if (!field) return;
    const terms = [...document.querySelectorAll(".course-term")];
    const count = document.getElementById("course-filter-count");
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      let shown = 0;
      for (const term of terms) {
        term.hidden = !term.textContent.toLowerCase().includes(wanted);
        if (!term.hidden) shown += 1;
      }
      count.textContent = wanted ? `${shown} / ${terms.length}` : "";
    });
  };

  // On paper a closed explanation would be lost; folded code and solutions stay folded. Afterwards all is as it was.
  const openForPrinting = () => {
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("article details:not(.hide, [open])")];
      for (const details of opened) details.open = true;
    });
    addEventListener("afterprint", () => {
      for (const details of opened) details.open = false;
    });
  };

  // Sphinx has these sentences in English only, or wordier than they need be.
  const wordSearch = () => {
    if (typeof Documentation === "undefined") return;
    const one = "Search finished, found one page matching the search query.";
    const none = "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.";
    Object.assign(Documentation.TRANSLATIONS, { [one]: [words.found_one, words.found_many], [none]: words.found_none });
  };

  wordSearch();
  addCopyButtons();
  switchLanguage();
  filterTerms();
  openForPrinting();
})();
