// Loss and accuracy along the curves and lines, or along paths of which one region was trained.
function line(record, label, ts, values, dash, width, entry) {
  return {
    ...entry(label),
    x: ts,
    y: values,
    mode: "lines+markers",
    opacity: faint(record.seed),
    line: { color: colourOf(record.variant), width, dash },
    marker: { symbol: symbolOf(record.variant), size: 6 },
    hovertemplate: `${label}, seed ${record.seed}, t = %{x}: %{y:.5g}<extra></extra>`,
  };
}

function drawLosses() {
  if (!byId("losses")) return;
  const kind = byId("kind").value;
  const probe = byId("probe").value;
  const what = byId("what").value;
  const entry = once();
  const ofCurve = (path) => [
    line(path, `${path.variant}, curve`, path.scored_ts, path.losses.curve[probe][what], "solid", 2.5, entry),
    line(path, `${path.variant}, line`, path.scored_ts, path.losses.line[probe][what], "dash", 1.5, entry),
  ];
  const ofRegion = (each) => {
    const times = each.effort === 1 ? "" : `, ${each.effort} times the epochs`;
    const width = each.effort === 1 ? 2.5 : 1.2;
    return [
      line(each, `${each.variant}, swap${times}`, each.ts, each.losses.swap, "solid", width, entry),
      line(each, `${each.variant}, control${times}`, each.ts, each.losses.control, "dash", width, entry),
    ];
  };
  const whole = kind === "curve";
  byId("probe").disabled = byId("what").disabled = !whole;
  const traces = whole
    ? DATA.paths.filter(shown).flatMap(ofCurve)
    : DATA.restricted.filter((each) => each.region === kind && shown(each)).flatMap(ofRegion);
  const quantity = whole ? `${byId("probe").selectedOptions[0].text} ${byId("what").selectedOptions[0].text}` : "training loss (nats)";
  draw("losses", traces, {
    xaxis: { title: { text: "t" } },
    yaxis: { title: { text: quantity }, type: byId("loss-logarithmic").checked && !(whole && what === "accuracy") ? "log" : "linear", exponentformat: "power" },
  });
}
