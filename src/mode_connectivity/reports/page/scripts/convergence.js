// Gap of each trained region at one depth against the epochs of its training.
function drawGaps() {
  if (!byId("gaps")) return;
  const rows = DATA.convergence.filter((each) => each.depth === byId("gaps-depth").value);
  const regions = [...new Set(rows.map((each) => each.region))];
  const millinats = (each) => each.gap.filter((_, n) => shownSeed(DATA.seeds[n])).map((value) => 1000 * value);
  const traces = regions.flatMap((region, k) => {
    const efforts = rows.filter((each) => each.region === region).sort((a, b) => a.epochs - b.epochs);
    const seeds = efforts.flatMap((each) => millinats(each).map((value) => [each.epochs, value]));
    const look = { color: PALETTE[k % PALETTE.length], symbol: SYMBOLS[k % SYMBOLS.length] };
    const name = region.replaceAll("_", " ");
    return [
      {
        name,
        legendgroup: region,
        x: efforts.map((each) => each.epochs),
        y: efforts.map((each) => mean(millinats(each))),
        mode: "lines+markers",
        line: { color: look.color, width: 2 },
        marker: { ...look, size: 10 },
        hovertemplate: `${name}, %{x} epochs: %{y:.4g}<extra></extra>`,
      },
      {
        legendgroup: region,
        showlegend: false,
        x: seeds.map(([epochs]) => epochs),
        y: seeds.map(([, value]) => value),
        mode: "markers",
        hoverinfo: "skip",
        opacity: 0.6,
        marker: { ...look, symbol: `${look.symbol}-open`, size: 6 },
      },
    ];
  });
  const epochs = [...new Set(rows.map((each) => each.epochs))];
  draw("gaps", traces, {
    xaxis: { title: { text: "epochs" }, type: "log", tickvals: epochs, ticktext: epochs.map(String) },
    yaxis: { title: { text: "gap (millinats)" } },
  });
}
