// blocks.js - the blocks below the curves: findings, tables, text, images, confusion matrices, ROC curves, bars, links.

const looksNumeric = text => /^[-+−±<>≤≥~≈]?\s*\d/.test(text) || /^(|[-–—]|n\/a|nan|inf)$/i.test(text);

const blocks = {
  findings(block) {
    return [element("ul", {class: "findings"}, ...list(block.rows).map(row => element("li", {},
      element("div", {}, badge(row.outcome)), element("p", {class: "claim"}, row.claim ?? ""),
      row.evidence ? element("p", {class: "evidence"}, row.evidence) : undefined)))];
  },

  table(block) {
    const rows = list(block.rows).map(row => list(row).map(cell => cell === null ? "" : String(cell)));
    const columns = list(block.columns).map(String);
    const numeric = columns.map((_, at) => at > 0 && rows.length > 0 && rows.every(row => looksNumeric((row[at] ?? "").trim())));
    const className = at => numeric[at] ? "number" : undefined;
    const table = element("table", {class: "wide"},
      element("thead", {}, element("tr", {}, ...columns.map((name, at) => element("th", {scope: "col", class: className(at)}, name)))),
      element("tbody", {}, ...rows.map(row => element("tr", {}, ...row.map((cell, at) =>
        at ? element("td", {class: className(at)}, cell) : element("th", {scope: "row"}, cell))))));
    return [scrolling(table, block.title || "table")];
  },

  /** Links to relative paths only: no other site, no script. */
  links(block) {
    return [element("ul", {class: "links"}, ...list(block.links).filter(link => /^[\w.~%-]+(\/[\w.~%-]+)*$/.test(link.href)).map(link =>
      element("li", {}, element("a", {href: link.href}, String(link.text ?? link.href)))))];
  },

  text(block) {
    return String(block.text ?? "").split(/\n\s*\n/).map(text => element("p", {}, text));
  },

  images(block) {
    const scale = block.scale || 1;
    const images = list(block.images).filter(image => /^data:image\//.test(image.src)).map(image => {
      const width = image.width * scale, picture = element("img", {src: image.src, width, height: image.height * scale,
                                                                   alt: image.caption || block.title || ""});
      const figure = element("figure", {}, picture, image.caption ? element("figcaption", {}, image.caption) : undefined);
      figure.style.width = Math.max(width, image.caption ? 72 : 0) + "px";
      return figure;
    });
    return [element("div", {class: "images"}, ...images),
            block.caption ? element("p", {class: "quiet small end"}, block.caption) : undefined];
  },

  confusion(block) {
    const labels = list(block.labels).map(String), counts = list(block.counts);
    const rows = labels.map((label, row) => {
      const total = list(counts[row]).reduce((sum, count) => sum + (count || 0), 0);
      return element("tr", {}, element("th", {scope: "row", class: "class"}, label), ...labels.map((predicted, column) => {
        const count = counts[row]?.[column] ?? 0, share = total ? count / total : 0;
        const cell = element("td", {title: `true ${label}, predicted ${predicted}: ${count} of ${total}`}, String(count),
                             element("span", {}, total ? Math.round(100 * share) + " %" : "–"));
        cell.style.setProperty("--share", share.toFixed(3));
        return cell;
      }));
    });
    const table = element("table", {class: "confusion"},
      element("thead", {},
        element("tr", {}, element("td", {class: "empty"}), element("th", {class: "axis", colspan: Math.max(labels.length, 1)}, "predicted")),
        element("tr", {}, element("th", {class: "axis number"}, "true"), ...labels.map(label => element("th", {scope: "col", class: "class"}, label)))),
      element("tbody", {}, ...rows));
    return [scrolling(table, block.title || "confusion matrix"),
            element("p", {class: "quiet small end"}, "Counts of images; the shade and the per cent are the share of the true class (a row).")];
  },

  roc(block) {
    const all = list(block.curves);
    const configuration = colour => ({type: "line", data: {datasets: [
      ...all.map((curve, index) => ({series: index, borderColor: colour.series(index), backgroundColor: colour.series(index),
        borderWidth: 2, pointRadius: 0, pointStyle: "circle", data: list(curve.fpr).map((x, at) => ({x: orNaN(x), y: orNaN(list(curve.tpr)[at])}))})),
      {data: [{x: 0, y: 0}, {x: 1, y: 1}], borderColor: colour.quiet, borderWidth: 1, borderDash: [5, 4], pointRadius: 0, pointHitRadius: 0, diagonal: true}]},
      options: {parsing: false, normalized: false, interaction: {mode: "nearest", intersect: false},
        scales: {x: axis(colour, "false positive rate", {type: "linear", min: 0, max: 1}), y: axis(colour, "true positive rate", {min: 0, max: 1})},
        plugins: {legend: {display: false}, tooltip: tooltip(colour, {filter: item => !item.dataset.diagonal, callbacks: {
          title: () => "", label: item => `${clipped(String(all[item.dataset.series].name))}: ${percent(item.parsed.y)} found at ${percent(item.parsed.x)} false alarms`}})}}});
    if (typeof Chart === "undefined")
      return [element("p", {class: "without"}, withoutCharts), element("ul", {}, ...all.map(curve => element("li", {}, `${curve.name}: AUC ${short(curve.auc)}`)))];
    const legend = element("ul", {class: "legend"}, ...all.map((curve, index) => {
      const item = element("li", {}, swatch(index, false, false), ` ${curve.name}: AUC ${isNumber(curve.auc) ? curve.auc.toFixed(3) : "–"}`);
      item.style.padding = "0.2rem 0.5rem";
      return item;
    }));
    return [element("figure", {class: "figure"}, chartBox("ROC curves", configuration, {square: true}), legend)];
  },

  bars(block) {
    const labels = list(block.labels).map(String), values = list(block.values).map(orNaN), unit = block.unit ? " " + block.unit : "";
    const edges = labels.map((_, at) => isNumber(block.low?.[at]) && isNumber(block.high?.[at]) ? [block.low[at], block.high[at]] : undefined);
    const most = [...values, ...edges.flat()].filter(isNumber).reduce((a, b) => Math.max(a, b), 0);
    const configuration = colour => ({type: "bar",
      data: {labels, datasets: [{data: values, backgroundColor: colour.series(0), maxBarThickness: 24}]},
      options: {indexAxis: "y", layout: {padding: {right: 12}},
        scales: {x: axis(colour, block.unit, {beginAtZero: true, suggestedMax: most * 1.15}), y: axis(colour, "", {grid: {display: false}, ticks: {autoSkip: false, callback(at) { return clipped(labels[at], this.chart.width < 480 ? 15 : 30); }}})},
        plugins: {legend: {display: false}, tooltip: tooltip(colour, {callbacks: {
          title: items => items.length ? labels[items[0].dataIndex] : "",
          label: item => short(values[item.dataIndex]) + unit + (edges[item.dataIndex] ? ` (${edges[item.dataIndex].map(short).join(" to ")})` : "")}})}},
      plugins: [{id: "ends", afterDatasetsDraw: chart => ends(chart, values, edges, colour)}]});
    const box = chartBox((block.title || "bars") + ": " + labels.map((label, at) => `${label} ${short(values[at])}${unit}`).join(", "),
                         configuration, {height: 64 + 34 * Math.max(labels.length, 1)});
    if (typeof Chart !== "undefined") return [element("figure", {class: "figure"}, box)];
    return [box, element("ul", {}, ...labels.map((label, at) => element("li", {}, `${label}: ${short(values[at])}${unit}`)))];
  },
};

/** The value at the end of each bar, and the whisker of its spread. */
function ends(chart, values, edges, colour) {
  const {ctx: pen, scales: {x}} = chart;
  pen.save();
  pen.strokeStyle = pen.fillStyle = colour.ink;
  pen.lineWidth = 1.5;
  pen.font = `12px ${colour.font}`;
  pen.textBaseline = "middle";
  chart.getDatasetMeta(0).data.forEach((bar, at) => {
    if (!isNumber(values[at])) return;
    let right = Math.max(bar.x, x.getPixelForValue(0));
    if (edges[at]) {
      const [low, high] = edges[at].map(value => x.getPixelForValue(value));
      pen.beginPath();
      for (const end of [low, high]) pen.moveTo(end, bar.y - 5), pen.lineTo(end, bar.y + 5);
      pen.moveTo(low, bar.y), pen.lineTo(high, bar.y);
      pen.stroke();
      right = Math.max(right, high);
    }
    pen.fillText(short(values[at]), right + 6, bar.y);
  });
  pen.restore();
}

function blockOf(block) {
  const build = Object.hasOwn(blocks, block.kind) ? blocks[block.kind] : undefined;
  if (!build) return undefined;
  return element("div", {class: "block"}, heading(block.title), ...build(block).filter(Boolean));
}
