// Shows what stands in a rung's title, all of its bytes among it, beside the rung that has the focus or
// the pointer. Without this script the browser shows titles by itself, where a pointer rests.
"use strict";
(() => {
  const svgSpace = "http://www.w3.org/2000/svg";
  const lineHeight = 16;
  let shown = null;

  const hide = () => {
    if (shown) shown.remove();
    shown = null;
  };

  const show = (rung) => {
    hide();
    const title = rung.querySelector("title");
    if (title) {
      // As a label it is still read aloud, and the browser does not show it a second time.
      rung.setAttribute("aria-label", title.textContent);
      title.remove();
    }
    const svg = rung.ownerSVGElement;
    const box = rung.getBBox();
    const [width, height] = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
    const full = document.createElementNS(svgSpace, "g");
    const paper = full.appendChild(document.createElementNS(svgSpace, "rect"));
    const text = full.appendChild(document.createElementNS(svgSpace, "text"));
    full.setAttribute("class", "full");
    full.setAttribute("aria-hidden", "true");
    const columns = Math.floor((width - 40) / 7.3);
    const lines = rung.getAttribute("aria-label").split("\n").flatMap((line) =>
      line.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [""]);
    lines.forEach((line, at) => {
      const span = text.appendChild(document.createElementNS(svgSpace, "tspan"));
      span.setAttribute("x", 0);
      span.setAttribute("y", lineHeight * (at + 1));
      span.textContent = line;
    });
    svg.append(full);
    const size = text.getBBox();
    paper.setAttribute("x", -10);
    paper.setAttribute("y", -4);
    paper.setAttribute("width", size.width + 20);
    paper.setAttribute("height", lineHeight * lines.length + 16);
    paper.setAttribute("rx", 4);
    const tall = lineHeight * lines.length + 14;
    const below = box.y + box.height + 8;
    const y = below + tall < height ? below : Math.max(4, box.y - tall - 4);
    full.setAttribute("transform", `translate(${Math.max(12, Math.min(box.x, width - size.width - 14))} ${y})`);
    full.style.pointerEvents = "none";
    shown = full;
  };

  const rungOf = (event) => event.target.closest?.(".ladder [tabindex]");
  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const rung = rungOf(event);
      if (rung) show(rung);
      else if (kind === "pointerover") hide();
    });
  }
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
})();
