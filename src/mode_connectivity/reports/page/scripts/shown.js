// Which other ends and seeds all figures show.
const chosen = (name) => [...document.querySelectorAll(`input[name=${name}]:checked`)].map((box) => box.value);
const shownVariant = (name) => chosen("variant").includes(name);
const shownSeed = (seed) => !DATA.seeds.includes(seed) || chosen("seed").includes(String(seed));
const shown = (record) => shownVariant(record.variant) && shownSeed(record.seed);

// One entry of the legend for each name, however many lines carry it.
function once() {
  const seen = new Set();
  return (name) => {
    const first = !seen.has(name);
    seen.add(name);
    return { name, legendgroup: name, showlegend: first };
  };
}
