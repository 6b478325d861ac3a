// Figures open on their own when clicked, to be zoomed; a button opens or folds all code of a page.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".bd-article figure img").forEach((picture) => {
    const link = document.createElement("a");
    link.href = picture.src;
    picture.replaceWith(link);
    link.append(picture);
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
