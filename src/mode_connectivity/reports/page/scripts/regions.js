// Recovery by region with its intervals, and what the line shows without training.
// A seed whose own barrier is next to nothing has a share of any size: such seeds stand at the edge.
function recoveryRange(rows) {
  const whole = rows.flatMap((each) => [each.value, ...(each.interval ?? [])]).filter(Number.isFinite);
  const seeds = rows.flatMap((each) => each.seeds).filter((value) => value !== null && value > -0.5 && value < 1.5);
  const [low, high] = [Math.min(0, ...whole, ...seeds), Math.max(1, ...whole, ...seeds)];
  return [low - 0.05 * (high - low), high + 0.05 * (high - low)];
}

function drawRecovery() {
  if (!byId("recovery")) return;
  const depths = [...new Set(DATA.recoveries.map((each) => each.depth))].filter(shownVariant);
  const shares = {};
  for (const each of DATA.recoveries) shares[each.region] = Math.max(shares[each.region] ?? 0, each.parameter_share ?? 0);
  const regions = Object.keys(shares).sort((a, b) => shares[a] - shares[b]);
  const [bottom, top] = recoveryRange(DATA.recoveries.filter((each) => depths.includes(each.depth)));
  const traces = depths.flatMap((depth, k) => {
    const rows = DATA.recoveries.filter((each) => each.depth === depth);
    const at = (each) => regions.indexOf(each.region) + 0.22 * (k - (depths.length - 1) / 2);
    const colour = colourOf(depth);
    const seeds = rows.flatMap((each) => each.seeds.map((value, n) => [at(each) + 0.07, value, DATA.seeds[n], each.region]));
    const visible = seeds.filter(([, value, seed]) => shownSeed(seed) && value !== null);
    const error = (end) => rows.map((each) => {
      const bound = each.interval?.[end];
      return bound === null || bound === undefined ? 0 : Math.abs(bound - each.value);
    });
    return [
      {
        name: depth,
        legendgroup: depth,
        x: rows.map(at),
        y: rows.map((each) => each.value),
        mode: "markers",
        marker: { color: colour, symbol: symbolOf(depth), size: 12 },
        error_y: { type: "data", symmetric: false, array: error(1), arrayminus: error(0), color: colour, thickness: 2 },
        text: rows.map((each) => each.region),
        hovertemplate: `${depth}, %{text}: %{y:.3f}<extra></extra>`,
      },
      {
        name: `${depth}, seeds`,
        legendgroup: depth,
        showlegend: false,
        x: visible.map(([x]) => x),
        y: visible.map(([, y]) => Math.min(top - 0.02, Math.max(bottom + 0.02, y))),
        mode: "markers",
        opacity: 0.6,
        marker: { color: colour, symbol: `${symbolOf(depth)}-open`, size: 7 },
        text: visible.map(([, y, seed, region]) => `${region}, seed ${seed}: ${y.toFixed(3)}`),
        hovertemplate: `${depth}, %{text}<extra></extra>`,
      },
    ];
  });
  const edge = { type: "line", xref: "paper", x0: 0, x1: 1, y0: 1, y1: 1, line: { color: look("--quiet"), dash: "dot" } };
  draw("recovery", traces, {
    shapes: [edge],
    xaxis: { tickvals: regions.map((_, k) => k), ticktext: regions.map((name) => name.replaceAll("_", " ")), tickangle: -35, range: [-0.6, regions.length - 0.4] },
    yaxis: { title: { text: "recovery (share of the barrier)" }, range: [bottom, top] },
  });
}

function drawBaselines() {
  if (!byId("baselines")) return;
  const what = byId("baseline").value;
  const entry = once();
  const gap = what === "gap";
  const traces = DATA.baselines.filter(shown).map((each) => ({
    ...entry(each.variant),
    x: gap ? (each.repair ? ["straight line", "after REPAIR"] : ["straight line"]) : what === "lowest_cosine" ? each.features : each.layers,
    y: gap ? (each.repair ? [each.line.gap, each.repair.gap] : [each.line.gap]) : each[what],
    mode: "lines+markers",
    opacity: faint(each.seed),
    line: { color: colourOf(each.variant), dash: dashOf(each.seed) },
    marker: { symbol: symbolOf(each.variant), size: 9 },
    hovertemplate: `${each.variant}, seed ${each.seed}, %{x}: %{y:.4g}<extra></extra>`,
  }));
  const title = what === "lowest_cosine" ? "cosine" : "barrier (nats)";
  draw("baselines", traces, { xaxis: { tickangle: -35, type: "category" }, yaxis: { title: { text: title } } });
}
