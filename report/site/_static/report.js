// Figures open on their own when clicked, to be zoomed, and say how wide they are; a button opens or
// folds all code of a page; columns of numbers are set flush right, short cells are marked, and rows of
// a head without words go.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".bd-article figure img").forEach((picture) => {
    const link = document.createElement("a");
    link.href = picture.src;
    picture.replaceWith(link);
    link.append(picture);
    const measure = () => picture.style.setProperty("--natural", `${picture.naturalWidth}px`);
    if (picture.complete) measure();
    else picture.addEventListener("load", measure);
  });
});
document.addEventListener("DOMContentLoaded", () => {
  const cells = document.querySelectorAll("div.cell details.hide");
  const place = document.querySelector(".header-article-items__end");
  if (!cells.length || !place) return;
  const button = document.createElement("button");
  button.className = "btn btn-sm show-code";
  button.type = "button";
  let open = false;
  const label = () => { button.textContent = open ? "Hide all code" : "Show all code"; };
  button.addEventListener("click", () => {
    open = !open;
    cells.forEach((cell) => { cell.open = open; });
    label();
  });
  label();
  place.prepend(button);
});
document.addEventListener("DOMContentLoaded", () => {
  const number = /^[+\-−]?[\d,]*\.?\d+ ?%?( ± [\d.]+| \([^)]*\d\))?$|^[–]?$/;
  document.querySelectorAll("div.cell_output table").forEach((table) => {
    // Counted from the right: a row whose head spans several rows has fewer cells.
    const rows = [...table.querySelectorAll("tbody tr")].map((row) => [...row.cells].reverse());
    rows.flat().forEach((cell) => cell.classList.toggle("short", cell.textContent.length < 24));
    table.querySelectorAll("thead tr").forEach((row) => row.textContent.trim() || row.remove());
    const heads = [...table.querySelectorAll("thead tr")].map((row) => [...row.cells].reverse());
    const plain = heads.filter((row) => row.every((cell) => cell.colSpan === 1));
    for (let i = 0; rows.length && rows.every((row) => row[i]?.tagName === "TD"); i++) {
      const column = rows.map((row) => row[i]);
      if (!column.every((cell) => number.test(cell.textContent.trim()))) continue;
      [...column, ...plain.map((row) => row[i])].forEach((cell) => cell?.classList.add("number"));
    }
  });
});
