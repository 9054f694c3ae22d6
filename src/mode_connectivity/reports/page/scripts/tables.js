// Tables are sorted by the column whose heading is pressed; pressed again, the other way round.
function makeSortable(table) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => (down ? -1 : 1) * compared(a.cells[column], b.cells[column]));
      table.tBodies[0].append(...rows);
    });
  });
}

function compared(a, b) {
  const [first, second] = [a.dataset.value, b.dataset.value];
  if (first !== undefined && second !== undefined) return Number(first) - Number(second);
  if (first !== undefined || second !== undefined) return first !== undefined ? -1 : 1;
  return a.textContent.localeCompare(b.textContent, "en", { numeric: true });
}
