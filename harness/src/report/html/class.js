// Sorts and filters the table of verdicts. Without this script the table is whole, in the order of names.
"use strict";
(() => {
  const rowsInGroup = 25;
  const order = "✓◐✗–?";
  const table = document.querySelector(".grid");
  const form = document.querySelector("#filter");
  const shown = document.querySelector("#shown");
  const number = new Intl.NumberFormat("en");

  const rows = [...table.querySelectorAll("tbody > tr")].map((element, at) => {
    const [earned, possible] = element.children[1].textContent.split("/").map(Number);
    return { element, at, name: element.children[0].textContent.toLowerCase(), earned, possible, cells: null };
  });
  // Read when they are first asked for: there may be a hundred thousand.
  const cell = (row, column) => {
    row.cells ??= [...row.element.children].slice(2).map((one) => one.textContent);
    return row.cells[column];
  };

  const kinds = {
    "": () => true,
    lost: (row) => row.earned < row.possible,
    full: (row) => row.earned === row.possible && !row.element.querySelector(".u"),
    apart: (row) => row.element.querySelector(".u") !== null,
  };
  const sums = (a, b) => b.earned - a.earned || a.possible - b.possible;
  const sorts = {
    name: () => (a, b) => a.at - b.at,
    sum: () => sums,
    test: (column) => (a, b) => order.indexOf(cell(a, column)) - order.indexOf(cell(b, column)),
  };
  let compare = sorts.name();
  let sign = 1;

  const draw = () => {
    const name = form.elements.name.value.trim().toLowerCase();
    const kind = kinds[form.elements.show.value];
    const test = form.elements.test.value;
    const visible = rows.filter((row) => row.name.includes(name) && kind(row)
      && (test === "" || (cell(row, Number(test)) !== "" && cell(row, Number(test)) !== "✓")));
    visible.sort((a, b) => sign * compare(a, b) || a.at - b.at);
    for (const body of table.querySelectorAll("tbody")) body.remove();
    for (let at = 0; at < visible.length; at += rowsInGroup) {
      const body = document.createElement("tbody");
      body.append(...visible.slice(at, at + rowsInGroup).map((row) => row.element));
      table.append(body);
    }
    shown.textContent = `${number.format(visible.length)} of ${number.format(rows.length)} submissions`;
  };

  const headings = [...table.querySelectorAll("thead [data-sort]")];
  for (const heading of headings) {
    const text = heading.firstElementChild;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text.textContent;
    text.replaceWith(button);
  }
  table.tHead.addEventListener("click", (event) => {
    const heading = event.target.closest("[data-sort]");
    if (!heading) return;
    const again = heading.getAttribute("aria-sort") === "ascending";
    for (const one of headings) one.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", again ? "descending" : "ascending");
    sign = again ? -1 : 1;
    compare = sorts[heading.dataset.sort](headings.indexOf(heading) - 2);
    draw();
  });
  // A verdict leads to the test on the page of its submission.
  table.addEventListener("click", (event) => {
    const verdict = event.target.closest("tbody td:not(.sum)");
    if (!verdict || verdict.textContent === "") return;
    const link = verdict.parentElement.querySelector("a");
    const at = [...verdict.parentElement.children].indexOf(verdict) - 2;
    location.href = `${link.href}#${form.elements.test.options[at + 1].text}`;
  });
  form.addEventListener("input", draw);
  form.addEventListener("reset", () => setTimeout(draw));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  draw();
})();
