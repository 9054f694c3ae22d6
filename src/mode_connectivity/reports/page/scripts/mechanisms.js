// One path of the mechanisms study on its four probe sets.
function drawMechanisms() {
  if (!byId("mechanisms")) return;
  const what = byId("mechanism-what").value;
  const seeds = DATA.mechanisms.seeds;
  const entry = once();
  const paths = DATA.mechanisms.paths.filter((each) => each.name === byId("path").value);
  const traces = paths.flatMap((path, seed) =>
    path.sets.map((set, k) => ({
      ...entry(DATA.mechanisms.probes[k]),
      x: path.ts,
      y: set[what],
      mode: "lines+markers",
      opacity: faint(seeds[seed]),
      line: { color: PALETTE[k], dash: DASHES[seed % DASHES.length] },
      marker: { symbol: SYMBOLS[k], size: 7 },
      hovertemplate: `${DATA.mechanisms.probes[k]}, seed ${seeds[seed]}, t = %{x}: %{y:.4g}<extra></extra>`,
    })).filter(() => shownSeed(seeds[seed])),
  );
  draw("mechanisms", traces, {
    xaxis: { title: { text: "t" } },
    yaxis: { title: { text: byId("mechanism-what").selectedOptions[0].text }, rangemode: "tozero" },
  });
}
