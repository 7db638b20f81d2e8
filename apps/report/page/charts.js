// charts.js - charts by Chart.js: those near the window are drawn first, the others when the page is idle.

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

/** A box for a chart; `configuration` is called again if the colours change. */
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
const withoutCharts = "This program was built without Chart.js, so there are no charts; the tables are complete.";

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
