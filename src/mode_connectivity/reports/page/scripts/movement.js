// Distances per layer at the t of the slider.
const UNITS = { l2: "L2", root: "L2 / root of size", relative: "share of the norm" };

function scaled(path, row) {
  const scale = byId("scale").value;
  if (scale === "root") return row.map((value, k) => value / Math.sqrt(path.parameters[k]));
  if (scale === "relative") return row.map((value, k) => (path.norms[k] ? value / path.norms[k] : null));
  return row;
}

function highest(paths, quantity) {
  return Math.max(1e-12, ...paths.flatMap((path) => path[quantity].flatMap((row) => scaled(path, row))));
}

function drawMovement() {
  if (!byId("movement")) return;
  const place = Number(byId("t").value);
  const paths = DATA.paths.filter(shown);
  const quantity = byId("quantity").value;
  const entry = once();
  const traces = paths.flatMap((path) => {
    const heights = scaled(path, path[quantity][place]);
    const colour = colourOf(path.variant);
    const marked = path.layers.map((layer, k) => k).filter((k) => path.layers[k] === path.swapped || path.readers.includes(path.layers[k]));
    const curve = {
      ...entry(path.variant),
      x: path.layers,
      y: heights,
      mode: "lines+markers",
      opacity: faint(path.seed),
      line: { color: colour, width: 2, dash: dashOf(path.seed) },
      marker: { symbol: symbolOf(path.variant), size: 7 },
      hovertemplate: `${path.variant}, seed ${path.seed}, %{x}: %{y:.4g}<extra></extra>`,
    };
    const rings = {
      legendgroup: path.variant,
      showlegend: false,
      x: marked.map((k) => path.layers[k]),
      y: marked.map((k) => heights[k]),
      mode: "markers",
      hoverinfo: "skip",
      marker: { symbol: marked.map((k) => (path.layers[k] === path.swapped ? "circle-open" : "square-open")), size: 15, color: colour, line: { width: 2.5 } },
    };
    return marked.length ? [curve, rings] : [curve];
  });
  const top = highest(paths, quantity);
  const logarithmic = byId("logarithmic").checked;
  const range = logarithmic ? [Math.log10(top) - 4, Math.log10(top) + 0.1] : [0, 1.08 * top];
  draw("movement", traces, {
    xaxis: { tickangle: -45 },
    yaxis: { title: { text: `${byId("quantity").value} (${UNITS[byId("scale").value]})` }, type: logarithmic ? "log" : "linear", range },
  });
  const t = DATA.paths[0].ts[place].toFixed(2);
  byId("t-shown").textContent = t;
  byId("t").setAttribute("aria-valuetext", `t = ${t}`);
}

let playing = null;
function play() {
  const button = byId("play");
  const stop = playing !== null;
  if (stop) {
    clearInterval(playing);
    playing = null;
  } else {
    playing = setInterval(() => {
      const slider = byId("t");
      slider.value = Number(slider.value) >= Number(slider.max) ? 0 : Number(slider.value) + 1;
      drawMovement();
    }, 150);
  }
  button.textContent = stop ? "Play" : "Pause";
  button.setAttribute("aria-pressed", String(!stop));
}
