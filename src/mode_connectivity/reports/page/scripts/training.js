// Training loss after every epoch; trainings of different length stand against the share done.
function drawTrainings(id) {
  const kind = byId(`${id}-kind`)?.value;
  if (!kind) return;
  const entry = once();
  const records = DATA.trainings.filter((each) => each.kind === kind && shownSeed(each.seed));
  const names = [...new Set(records.map((each) => each.name))];
  const known = (name) => DATA.variants.some((each) => each.name === name);
  const traces = records
    .filter((each) => !known(each.name) || shownVariant(each.name))
    .map((each) => ({
      ...entry(each.name),
      x: each.loss.map((_, k) => (100 * (k + 1)) / each.loss.length),
      y: each.loss,
      mode: "lines+markers",
      opacity: faint(each.seed),
      line: { color: known(each.name) ? colourOf(each.name) : PALETTE[names.indexOf(each.name) % PALETTE.length], dash: dashOf(each.seed) },
      marker: { symbol: SYMBOLS[names.indexOf(each.name) % SYMBOLS.length], size: 5 },
      text: each.loss.map((_, k) => `epoch ${k + 1}`),
      hovertemplate: `${each.name}, seed ${each.seed}, %{text}: %{y:.4g}<extra></extra>`,
    }));
  draw(id, traces, {
    xaxis: { title: { text: "epochs done (%)" } },
    yaxis: { title: { text: "training loss (nats)" }, type: "log" },
  });
}
