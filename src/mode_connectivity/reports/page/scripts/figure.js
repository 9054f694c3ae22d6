"use strict";

// What every figure shares: the embedded data, the look of the page, and how traces become a drawing.
const DATA = JSON.parse(document.getElementById("data").textContent);
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star", "pentagon"];
const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#7F7F7F"];
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const BLACK = "#000000";

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const byId = (id) => document.getElementById(id);
const look = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colourOf = (name) => {
  const colour = DATA.variants.find((each) => each.name === name)?.colour ?? BLACK;
  return colour === BLACK ? look("--ink") : colour;
};
const symbolOf = (name) => SYMBOLS[Math.max(0, DATA.variants.findIndex((each) => each.name === name)) % SYMBOLS.length];
const faint = (seed) => 1 - 0.5 * (Math.max(0, DATA.seeds.indexOf(seed)) / DATA.seeds.length);
const dashOf = (seed) => DASHES[Math.max(0, DATA.seeds.indexOf(seed)) % DASHES.length];

function layoutOf(changes) {
  const axis = { gridcolor: look("--rule"), zerolinecolor: look("--rule"), linecolor: look("--quiet"), automargin: true };
  const layout = {
    paper_bgcolor: look("--paper"),
    plot_bgcolor: look("--paper"),
    font: { color: look("--ink"), family: 'system-ui, "DejaVu Sans", sans-serif', size: 14 },
    margin: { l: 60, r: 10, t: 20, b: 50 },
    hovermode: "closest",
    showlegend: true,
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
    ...changes,
  };
  for (const name of ["xaxis", "yaxis", ...Object.keys(layout).filter((key) => /^[xy]axis\d/.test(key))]) {
    layout[name] = { ...axis, ...layout[name] };
  }
  return layout;
}

// A legend of more entries would take the figure's place; a line then says its name where it is pointed at.
const LEGEND = 16;
function unnamed(traces) {
  const names = traces.filter((each) => each.showlegend !== false).length;
  if (names <= LEGEND) return {};
  const text = `${names} names: point at a line for its own`;
  const note = { text, xref: "paper", yref: "paper", x: 0, y: 1.02, xanchor: "left", yanchor: "bottom", showarrow: false };
  return { showlegend: false, annotations: [note], margin: { l: 60, r: 10, t: 40, b: 50 } };
}

function draw(id, traces, changes) {
  const place = byId(id);
  const layout = layoutOf({ ...unnamed(traces), ...changes });
  if (place) Plotly.react(place, traces, layout, { responsive: true, displayModeBar: false });
}
