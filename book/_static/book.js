// A formula wider than its column scrolls sideways. With the keyboard it can be scrolled only
// where the focus can go: such formulas, and only those, become stops of the Tab key.
(() => {
  const mark = () => {
    for (const formula of document.querySelectorAll("mjx-container[display]")) {
      if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    }
  };
  window.addEventListener("load", async () => {
    if (!window.MathJax?.startup) return;
    await MathJax.startup.promise;
    new ResizeObserver(mark).observe(document.body);
  });
})();
