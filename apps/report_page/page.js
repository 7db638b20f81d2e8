// page.js - builds the report from the JSON in the page. All text goes in as textContent: names come from users' folders.
"use strict";
(() => {
const data = JSON.parse(document.getElementById("report-data").textContent);
const page = document.getElementById("page");
const dark = matchMedia("(prefers-color-scheme: dark)");

// ---- numbers ----

const percent = value => isNumber(value) ? (100 * value).toFixed(1) + " %" : "–";
const looksNumeric = text => /^[-+−±<>≤≥~≈]?\s*\d/.test(text) || /^(|[-–—]|n\/a|nan|inf)$/i.test(text);

// ---- verdicts: a sign, a word and a colour ----

const verdicts = {
  "held": {sign: "✓", kind: "held"},
  "did not hold": {sign: "✗", kind: "failed"},
  "too close to call": {sign: "≈", kind: "close"},
  "stated": {sign: "•", kind: "stated"},
};
function badge(verdict, count) {
  const known = verdicts[verdict] || verdicts.stated;
  return element("span", {class: "badge " + known.kind},
                 `${known.sign} ${count === undefined ? "" : count + " "}${verdict}`);
}
function tally(tasks) {
  const counts = new Map(Object.keys(verdicts).map(name => [name, 0]));
  for (const task of tasks)
    for (const block of list(task.blocks))
      if (block.kind === "findings")
        for (const row of list(block.rows)) counts.set(row.verdict, (counts.get(row.verdict) || 0) + 1);
  return [...counts].filter(([, count]) => count > 0);
}

// ---- charts: drawn when they come near the window, the others when nothing else is to be done ----

const charts = [];  // {canvas, configuration(colours), chart}
const printed = {width: 420, height: 300};
let printing = false;

function colours() {
  const style = getComputedStyle(document.documentElement);
  const named = name => style.getPropertyValue("--" + name).trim();
  return {ink: named("ink"), quiet: named("quiet"), grid: named("grid"), line: named("line"), card: named("card"),
          font: getComputedStyle(document.body).fontFamily, series: index => named("s" + index % 8)};
}
const markers = ["circle", "rect", "triangle", "rectRot", "star", "crossRot", "triangle down", "cross"];
const open = new Set(["star", "crossRot", "cross"]);  // strokes only

function draw(entry) {
  entry.chart?.destroy();
  const {canvas} = entry, settings = entry.configuration(colours());
  settings.options = {animation: false, responsive: true, maintainAspectRatio: false, normalized: true, ...settings.options};
  if (printing) {
    const square = canvas.parentNode.classList.contains("square");
    const {width, height} = square ? {width: 380, height: 380} : entry.height ? {width: 640, height: entry.height} : printed;
    Object.assign(settings.options, {responsive: false, devicePixelRatio: 2});
    Object.assign(canvas, {width, height});
    canvas.removeAttribute("style");
  }
  entry.chart = new Chart(canvas, settings);
  entry.hidden?.(entry.chart);
}
function redraw() {
  for (const entry of charts) if (entry.chart || printing) draw(entry);
}
const near = "IntersectionObserver" in window ? new IntersectionObserver(seen => {
  for (const {isIntersecting, target} of seen) {
    const entry = isIntersecting && charts.find(other => other.canvas === target);
    if (entry && !entry.chart) draw(entry);
  }
}, {rootMargin: "600px"}) : undefined;
function drawTheRest() {
  const next = charts.find(entry => !entry.chart);
  if (!next) return;
  draw(next);
  setTimeout(drawTheRest, 0);
}

/** A box for a chart; `configuration` is asked again when the colours change. */
function chartBox(label, configuration, more = {}) {
  if (typeof Chart === "undefined") return element("p", {class: "without"}, withoutCharts);
  const canvas = element("canvas", {role: "img", "aria-label": label});
  const box = element("div", {class: more.square ? "canvas square" : "canvas"}, canvas);
  if (more.height) box.style.height = more.height + "px";
  const entry = {canvas, configuration, height: more.height, hidden: more.hidden};
  charts.push(entry);
  box.entry = entry;
  return box;
}
const withoutCharts = "This program was built without Chart.js, so no charts are drawn here; the tables are complete.";

function axis(colour, title, more = {}) {
  const {ticks, ...others} = more;
  return {grid: {color: colour.grid, borderColor: colour.line, tickColor: colour.line},
          title: {display: Boolean(title), text: title, color: colour.quiet, font: {family: colour.font, size: 12}},
          ticks: {color: colour.quiet, maxRotation: 0, font: {family: colour.font, size: 12}, ...ticks}, ...others};
}
function tooltip(colour, more) {
  return {backgroundColor: colour.card, titleColor: colour.ink, bodyColor: colour.ink, borderColor: colour.line, borderWidth: 1,
          usePointStyle: true, boxPadding: 4, padding: 8, titleFont: {family: colour.font}, bodyFont: {family: colour.font},
          ...more};
}

// ---- the curves of a task ----

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
  const logarithmic = measure === "loss" && least > 0 && most / least > 200;  // a run that diverged, or one that learned by heart
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
  const legend = element("ul", {class: "legend", "aria-label": "series; press one to hide it"});
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

// ---- blocks ----

const blocks = {
  findings(block) {
    return [element("ul", {class: "findings"}, ...list(block.rows).map(row => element("li", {},
      element("div", {}, badge(row.verdict)), element("p", {class: "claim"}, row.claim ?? ""),
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

  /** To files near by only: no other place, no script. */
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

// ---- the page ----

function contents(tasks) {
  const all = tally(tasks), sum = all.reduce((total, [, count]) => total + count, 0);
  const section = element("nav", {class: "summary", "aria-label": "contents"});
  if (sum) {
    const meter = element("div", {class: "meter", "aria-hidden": "true"});
    for (const [verdict, count] of all) {
      const part = element("span", {class: (verdicts[verdict] || verdicts.stated).kind});
      part.style.flexGrow = count;
      meter.append(part);
    }
    section.append(element("ul", {class: "tally", "aria-label": "verdicts"}, ...all.map(([verdict, count]) => element("li", {}, badge(verdict, count)))), meter);
  }
  if (tasks.length > 1 || sum)
    section.append(element("ol", {class: "contents"}, ...tasks.map((task, at) => element("li", {},
      element("a", {href: "#task-" + at}, element("span", {class: "id"}, task.id ?? ""), element("span", {}, task.title ?? "")),
      element("span", {class: "counts"}, ...tally([task]).map(([verdict, count]) => badge(verdict, count)))))));
  return section;
}
const tasks = list(data.tasks);
const machine = Array.isArray(data.machine) ? data.machine : Object.entries(data.machine ?? {});
page.replaceChildren(
  element("header", {}, element("h1", {}, data.title || "Report"),
    data.subtitle ? element("p", {class: "subtitle"}, data.subtitle) : "",
    data.generated ? element("p", {class: "quiet small"}, "Made ", element("time", {datetime: data.generated}, generated(data.generated))) : "",
    element("div", {class: "notes"}, ...list(data.notes).map(note => element("p", {}, note)))),
  contents(tasks),
  ...tasks.map((task, at) => element("section", {class: "task", id: "task-" + at},
    element("h2", {}, task.id ? element("span", {class: "id"}, task.id) : "", task.title ?? ""),
    task.setting ? element("p", {class: "setting"}, task.setting) : "",
    curvesOf(task), ...list(task.blocks).map(blockOf))));
if (machine.length)
  page.append(element("section", {class: "task machine", id: "machine"}, element("h2", {}, "Machine"),
    element("div", {class: "block"}, element("table", {class: "wide"}, element("tbody", {}, ...machine.map(([name, value]) =>
      element("tr", {}, element("th", {scope: "row"}, name), element("td", {}, String(value)))))))));

for (const entry of charts) near?.observe(entry.canvas);
setTimeout(drawTheRest, 50);
dark.addEventListener("change", redraw);
// On paper: light colours (the stylesheet's), one size, twice the dots.
for (const [event, now] of [["beforeprint", true], ["afterprint", false]])
  addEventListener(event, () => {
    printing = now;
    document.documentElement.classList.toggle("printing", now);
    redraw();
  });
})();
