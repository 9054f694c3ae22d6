// Distances per layer at the t of the slider.
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
  const place = Number(byId("t").value);
  const paths = DATA.paths.filter(shown);
  const quantity = byId("quantity").value;
  const entry = once();
  const traces = paths.map((path) => ({
    ...entry(path.variant),
    x: path.layers,
    y: scaled(path, path[quantity][place]),
    mode: "lines+markers",
    opacity: faint(path.seed),
    line: { color: colourOf(path.variant), width: 2, dash: dashOf(path.seed) },
    marker: {
      color: path.layers.map((layer) => (layer === path.swapped || path.readers.includes(layer) ? look("--paper") : colourOf(path.variant))),
      line: { color: colourOf(path.variant), width: 2.5 },
      size: path.layers.map((layer) => (layer === path.swapped || path.readers.includes(layer) ? 14 : 7)),
      symbol: path.layers.map((layer) => (path.readers.includes(layer) ? "square" : layer === path.swapped ? "circle" : symbolOf(path.variant))),
    },
    hovertemplate: `${path.variant}, seed ${path.seed}, %{x}: %{y:.4g}<extra></extra>`,
  }));
  const top = highest(paths, quantity);
  const logarithmic = byId("logarithmic").checked;
  const range = logarithmic ? [Math.log10(top) - 4, Math.log10(top) + 0.1] : [0, 1.08 * top];
  draw("movement", traces, {
    xaxis: { tickangle: -45 },
    yaxis: { title: { text: byId("quantity").selectedOptions[0].text }, type: logarithmic ? "log" : "linear", range },
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
