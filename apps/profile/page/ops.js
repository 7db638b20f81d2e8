// ops.js - the profile in the page, and its ops: numbers as text, colours, the chosen op.
const data = JSON.parse(document.getElementById("profile-data").textContent);
const ops = list(data.ops), sums = data.sums ?? {}, peaks = data.peaks ?? {}, interpreted = data.source === "instructions", counted = data.source === "counts" || interpreted;
const wall = sums.wall_us || 0;

// ---- numbers ----

const fixed = (value, digits = 1) => isNumber(value) && value !== 0 ? value.toFixed(digits) : "";
const grouped = value => isNumber(value) ? value.toLocaleString("en-US") : "";
function time(us) {
  if (!isNumber(us)) return "–";
  return us < 1000 ? us.toFixed(1) + " µs" : us < 1e6 ? (us / 1e3).toFixed(2) + " ms" : (us / 1e6).toFixed(2) + " s";
}
const rate = perSecond => perSecond >= 1e12 ? short(perSecond / 1e12) + " T" : short(perSecond / 1e9) + " G";
const spread = us => us && us.median ? 0.5 * (us.high - us.low) / us.median : 0;

// ---- passes and their colours ----

const passes = {forward: 0, backward: 1, update: 2, loss: 3, gather: 4};
const colourOf = pass => `var(--s${passes[pass] ?? 7})`;
function coloured(node, colour) {
  node.style.setProperty("--colour", colour);
  return node;
}
const mark = (text, colour) => element("li", {}, coloured(element("i", {"aria-hidden": "true"}), colour), text);

// ---- one op is chosen: in the drawings and in the table ----

let chosen;
const marked = [];  // {op, node}: the nodes that get the class "chosen"
function choose(op) {
  chosen = chosen === op ? undefined : op;
  for (const entry of marked) entry.node.classList.toggle("chosen", entry.op === chosen);
}
/** A click in a drawing: chooses the op and scrolls its row into view. */
function find(op) {
  choose(op);
  if (chosen === op) marked.find(entry => entry.op === op && entry.node.localName === "tr")?.node.scrollIntoView({block: "nearest"});
}
function choosable(node, op, told) {
  marked.push({op, node});
  node.classList.toggle("chosen", op === chosen);
  node.addEventListener("click", () => find(op));
  if (told) node.addEventListener("pointerenter", () => told.textContent = sentence(op));
  node.append(svg("title", {}, sentence(op)));
  return node;
}
/** "1.00 / 0.75": busy time of each thread, the slowest as 1; for many threads the first and the last. */
function busy(op) {
  const us = list(op.thread_us).slice().sort((a, b) => b - a);
  if (us.length < 2 || !(us[0] > 0)) return "";
  const shares = us.map(value => (value / us[0]).toFixed(2));
  return ", threads busy " + (us.length <= 8 ? shares.join(" / ") : `${shares[0]} to ${shares.at(-1)}`);
}
function sentence(index) {
  const op = ops[index], a = op.analysis ?? {};
  const bound = a.bound && a.bound !== "unknown" ? `, ${(100 * a.peak_share).toFixed(0)} % of the roofline, bound by ${a.bound}` : "";
  return `${op.name} (${op.implementation}): ${time(op.us?.median)}, ${percent(a.share)} of the step; ${short(op.flops / 1e6)} MFLOP, ` +
    `${short(op.bytes / 1e6)} MB, ${short(a.flops_per_s / 1e9)} GFLOP/s, ${short(a.bytes_per_s / 1e9)} GB/s${bound}${busy(op)}`;
}
