// curves.js - the curves of a task: loss and accuracy of its runs, and the legend that hides them.

const clipped = (name, most = 26) => name.length > most ? name.slice(0, most - 1) + "…" : name;
const epochsOf = series => list(series.epochs).length ? series.epochs : list(series.loss).map((_, at) => at + 1);
const points = (series, values) => epochsOf(series).map((epoch, at) => ({x: epoch, y: orNaN(list(values)[at])}));

/** The datasets of one measure: for each series its spread (two invisible edges, filled between), training, validation. */
function curves(task, measure, colour) {
  const sets = [];
  task.series.forEach((series, index) => {
    const ink = colour.series(index), marker = markers[index % 8];
    const common = {series: index, borderColor: ink, backgroundColor: ink, pointStyle: marker.split(" ")[0],
                    pointRotation: marker.endsWith("down") ? 180 : 0, pointHitRadius: 0};
    for (const [name, alpha] of [["val_" + measure, "2e"], [measure, "16"]]) {
      const low = list(series.low?.[name]), high = list(series.high?.[name]);
      if (low.length && high.length)
        for (const edge of [low, high])
          sets.push({...common, role: "spread", data: points(series, edge), borderWidth: 0, pointRadius: 0, pointHoverRadius: 0,
                     order: 3, backgroundColor: ink + alpha, fill: edge === high ? "-1" : false});  // ink is #rrggbb
    }
    for (const role of ["training", "validation"]) {
      const validation = role === "validation";
      const along = points(series, series[validation ? "val_" + measure : measure]);
      if (!along.some(point => isNumber(point.y))) continue;
      const alone = at => !isNumber(along[at - 1]?.y) && !isNumber(along[at + 1]?.y);
      const best = point => validation && point.x === series.best_epoch;
      sets.push({...common, role, data: along, borderWidth: validation ? along.length > 100 ? 1.6 : 2 : 1.2, borderDash: validation ? [] : [4, 3],
                 pointRadius: along.map((point, at) => best(point) ? 6 : alone(at) ? 2.5 : 0),
                 pointBorderColor: along.map(point => best(point) && !open.has(marker) ? colour.card : ink),
                 pointBorderWidth: along.map(point => best(point) ? open.has(marker) ? 2.2 : 1.5 : 1),
                 pointHoverRadius: 4, order: validation ? 1 : 2});
    }
  });
  return sets;
}

function curveChart(task, measure, off) {
  const title = measure[0].toUpperCase() + measure.slice(1);
  const values = task.series.flatMap(series => [...list(series[measure]), ...list(series["val_" + measure])]).filter(isNumber);
  if (!values.length) return element("p", {class: "without"}, `No ${measure} was recorded.`);
  let least = Infinity, most = -Infinity;
  for (const value of values) least = Math.min(least, value), most = Math.max(most, value);
  const ratio = measure === "accuracy" && most <= 1 && least >= 0;
  const logarithmic = measure === "loss" && least > 0 && most / least > 200;  // a run that diverged, or one that memorised its images
  const epochs = task.series.flatMap(epochsOf).filter(isNumber);
  const first = epochs.reduce((a, b) => Math.min(a, b), Infinity), last = epochs.reduce((a, b) => Math.max(a, b), -Infinity);
  const said = ratio ? percent : short;
  const configuration = colour => {
    const isShown = item => item.dataset.role === "validation" ||
      (item.dataset.role === "training" && !item.chart.data.datasets.some(set => set.role === "validation" && set.series === item.dataset.series));
    const label = item => {
      const set = item.dataset, series = task.series[set.series];
      const training = set.role === "validation" ? list(series[measure])[item.dataIndex] : undefined;
      return `${clipped(String(series.name))}: ${said(item.parsed.y)}` + (set.role === "training" ? " in training" : "") +
        (isNumber(training) ? ` (training ${said(training)})` : "") + (item.parsed.x === series.best_epoch ? ", best" : "");
    };
    return {type: "line", data: {datasets: curves(task, measure, colour)}, options: {
      parsing: false, spanGaps: false, interaction: {mode: "nearest", axis: "x", intersect: false},
      layout: {padding: {top: 6, right: 8}},
      scales: {
        x: axis(colour, "epoch", {type: "linear", min: first === last ? first - 1 : first, max: first === last ? last + 1 : last,
                                  ticks: {precision: 0, maxTicksLimit: 9, callback: value => value < first || value > last ? "" : value}}),
        y: axis(colour, ratio ? "accuracy, %" : logarithmic ? measure + " (logarithmic)" : measure,
                {type: logarithmic ? "logarithmic" : "linear",
                 afterDataLimits: scale => { if (ratio) scale.min = Math.max(scale.min, 0), scale.max = Math.min(scale.max, 1); },
                 ticks: {maxTicksLimit: 8, callback: value => ratio ? String(Number((100 * value).toPrecision(6))) : short(value)}}),
      },
      plugins: {legend: {display: false}, tooltip: tooltip(colour, {
        filter: isShown, callbacks: {title: items => items.length ? "epoch " + items[0].parsed.x : "", label}})},
    }};
  };
  const names = task.series.map(series => series.name).join(", ");
  return element("figure", {class: "figure"}, element("h3", {}, title),
                 chartBox(`${title} by epoch for ${names}`, configuration, {hidden: chart => hide(chart, off)}));
}
/** Leaves out the series that the legend has switched off. */
function hide(chart, off) {
  chart.data.datasets.forEach((set, at) => chart.setDatasetVisibility(at, !off.has(set.series)));
  chart.update();
}

function swatch(index, dashed = false, marked = true) {
  const stroke = index === undefined ? "currentColor" : `var(--s${index % 8})`;
  const line = svg("line", {x1: 0, y1: 6, x2: 26, y2: 6, "stroke-width": dashed ? 1.4 : 2.2, ...(dashed && {"stroke-dasharray": "4 3"})});
  const shapes = {
    circle: ["circle", {cx: 13, cy: 6, r: 4}], rect: ["rect", {x: 9, y: 2, width: 8, height: 8}],
    triangle: ["path", {d: "M13 1.5 L17.5 10 L8.5 10 Z"}], rectRot: ["path", {d: "M13 1 L18 6 L13 11 L8 6 Z"}],
    star: ["path", {d: "M13 1 V11 M8 6 H18 M9.5 2.5 L16.5 9.5 M16.5 2.5 L9.5 9.5", "stroke-width": 1.5}],
    crossRot: ["path", {d: "M9 2 L17 10 M17 2 L9 10", "stroke-width": 1.8}],
    "triangle down": ["path", {d: "M13 10.5 L17.5 2 L8.5 2 Z"}], cross: ["path", {d: "M13 1 V11 M8 6 H18", "stroke-width": 1.8}]};
  const [name, where] = shapes[markers[(index || 0) % 8]];
  const drawn = svg("svg", {width: 26, height: 12, "aria-hidden": "true"}, line, ...(marked ? [svg(name, where)] : []));
  drawn.style.stroke = drawn.style.fill = stroke;  // style, not attribute: var() works
  return drawn;
}

function curvesOf(task) {
  const shown = list(task.series).length > 0;
  if (!shown) return undefined;
  if (typeof Chart === "undefined") return element("p", {class: "without"}, withoutCharts);
  const off = new Set();
  const boxes = ["loss", "accuracy"].map(measure => curveChart(task, measure, off));
  const two = element("div", {class: "charts"}, ...boxes);
  if (!two.querySelector("canvas")) return two;
  const legend = element("ul", {class: "legend", "aria-label": "series; click one to hide it"});
  task.series.forEach((series, index) => {
    const button = element("button", {type: "button", "aria-pressed": "true"}, swatch(index), element("span", {}, String(series.name)));
    button.addEventListener("click", () => {
      off.has(index) ? off.delete(index) : off.add(index);
      button.setAttribute("aria-pressed", String(!off.has(index)));
      for (const box of boxes) {
        const chart = box.querySelector(".canvas")?.entry.chart;
        if (chart) hide(chart, off);
      }
    });
    legend.append(element("li", {}, button));
  });
  const key = element("div", {class: "key"}, element("span", {}, swatch(undefined, false, false), "validation"),
                      element("span", {}, swatch(undefined, true, false), "training"));
  if (task.series.some(series => isNumber(series.best_epoch))) key.append(element("span", {}, "marked: epoch of the lowest validation loss"));
  if (task.series.some(series => series.low && series.high)) key.append(element("span", {}, "band: spread over seeds"));
  return element("div", {class: "curves"}, two, legend, key);
}
