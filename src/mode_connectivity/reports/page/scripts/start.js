// Draws everything, and again when a control or the look of the page changes.
const FIGURES = {
  movement: [drawMovement, ["quantity", "scale", "logarithmic", "t"]],
  losses: [drawLosses, ["kind", "probe", "what", "loss-logarithmic"]],
  trainings: [() => drawTrainings("trainings"), ["trainings-kind"]],
  "cue-trainings": [() => drawTrainings("cue-trainings"), ["cue-trainings-kind"]],
  mechanisms: [drawMechanisms, ["path", "mechanism-what"]],
};
const drawAll = () => Object.values(FIGURES).forEach(([figure]) => figure());

document.documentElement.classList.add("scripted");
document.querySelectorAll("table.sortable").forEach(makeSortable);
document.querySelector(".show")?.addEventListener("change", drawAll);
for (const [id, checked] of [["all", true], ["none", false]]) {
  byId(id)?.addEventListener("click", () => {
    document.querySelectorAll("input[name=variant]").forEach((box) => (box.checked = checked));
    drawAll();
  });
}
for (const [figure, controls] of Object.values(FIGURES)) {
  for (const id of controls) byId(id)?.addEventListener("input", figure);
}
byId("play")?.addEventListener("click", play);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
matchMedia("print").addEventListener("change", drawAll);
drawAll();
