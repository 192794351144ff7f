// What is wider than its column. A formula in a line is set smaller until it fits: the theme would
// cut it. A displayed one is set smaller, but not much, and then scrolls sideways, as a figure does
// on a phone. With the keyboard such a box can be scrolled only where the focus can go: those that
// scroll, and only those, become stops of the Tab key.
(() => {
  const LEAST = { line: 0.5, display: 0.75 };
  const fit = () => {
    const formulas = [...document.querySelectorAll("mjx-container")];
    for (const one of formulas) one.style.fontSize = one.dataset.size ??= one.style.fontSize;
    const shrink = [];
    for (const one of formulas) {
      const display = one.hasAttribute("display");
      const room = display ? one.clientWidth : one.parentElement.clientWidth;
      const wide = display ? one.scrollWidth : one.firstElementChild.getBoundingClientRect().width;
      if (room && wide > room + 0.5) shrink.push([one, Math.max(LEAST[display ? "display" : "line"], (0.98 * room) / wide)]);
    }
    for (const [one, factor] of shrink) one.style.fontSize = `${parseFloat(one.dataset.size) * factor}%`;
    for (const box of document.querySelectorAll("mjx-container[display], .bd-article figure")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  window.addEventListener("load", async () => {
    for (const image of document.querySelectorAll("figure > img")) image.classList.toggle("wide", image.naturalWidth > 800);
    await window.MathJax?.startup?.promise;
    new ResizeObserver(fit).observe(document.body);
  });
})();
