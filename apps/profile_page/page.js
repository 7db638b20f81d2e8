// page.js - builds the profile page from the JSON in it: advice, roofline, timeline, table. Drawings are SVG, made again
// when the window's width changes.
(() => {
const data = JSON.parse(document.getElementById("profile-data").textContent);
const page = document.getElementById("page");
const ops = list(data.ops), sums = data.sums ?? {}, roof = data.roof ?? {}, counted = data.source === "counts";
const wall = sums.wall_us || 0;

// ---- numbers ----

const fixed = (value, digits = 1) => isNumber(value) && value !== 0 ? value.toFixed(digits) : "";
const percent = value => isNumber(value) ? (100 * value).toFixed(1) + " %" : "–";
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
const marked = [];  // {op, node}: what gets the class "chosen"
function choose(op) {
  chosen = chosen === op ? undefined : op;
  for (const entry of marked) entry.node.classList.toggle("chosen", entry.op === chosen);
}
/** Pressed in a drawing: its row comes into view. */
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
/** "1.00 / 0.75": how long each thread works, the slowest as 1; of many threads the first and the last. */
function busy(op) {
  const us = list(op.thread_us).slice().sort((a, b) => b - a);
  if (us.length < 2 || !(us[0] > 0)) return "";
  const shares = us.map(value => (value / us[0]).toFixed(2));
  return ", threads busy " + (us.length <= 8 ? shares.join(" / ") : `${shares[0]} to ${shares.at(-1)}`);
}
function sentence(index) {
  const op = ops[index], a = op.analysis ?? {};
  const bound = a.bound && a.bound !== "unknown" ? `, ${(100 * a.roof_share).toFixed(0)} % of the roof, bound by ${a.bound}` : "";
  return `${op.name} (${op.implementation}): ${time(op.us?.median)}, ${percent(a.share)} of the step; ${short(op.flops / 1e6)} MFLOP, ` +
    `${short(op.bytes / 1e6)} MB, ${short(a.flops_per_s / 1e9)} GFLOP/s, ${short(a.bytes_per_s / 1e9)} GB/s${bound}${busy(op)}`;
}

// ---- drawings ----

const drawings = [];  // {box, draw(width)}
const printed_width = 690;  // what A4 and Letter have between their margins; the style fits it to the paper
let printing = false;
function drawing(label, draw) {
  const box = element("div", {class: "drawing", role: "img", "aria-label": label, tabindex: "0"});
  drawings.push({box, draw});
  return box;
}
function redraw() {
  for (const {box, draw} of drawings) {
    const width = printing ? printed_width : Math.max(280, box.clientWidth);
    for (let at = marked.length; at-- > 0;) if (box.contains(marked[at].node)) marked.splice(at, 1);
    box.replaceChildren(draw(width));
  }
}
const text = (x, y, words, more = {}) => svg("text", {x, y, ...more}, words);
/** A rough width: the font is not known before it is drawn. */
const widthOf = words => 6.6 * words.length;

/** Powers of ten in [low, high], thinned out to at most `most`. */
function decades(low, high, most) {
  const first = Math.ceil(Math.log10(low)), last = Math.floor(Math.log10(high)), step = Math.max(1, Math.ceil((last - first + 1) / most));
  return Array.from({length: Math.max(0, Math.floor((last - first) / step) + 1)}, (_, at) => first + at * step);
}

// The roofline (Williams, Waterman, Patterson 2009): an op can reach min(intensity x bandwidth, rate of its precision).
function roofline(told) {
  const points = ops.map((op, index) => ({index, op, x: op.analysis?.intensity, y: op.analysis?.flops_per_s}))
                    .filter(point => point.x > 0 && point.y > 0);
  const rates = [["fp32", roof.fp32_flops_per_s], ["tf32", roof.tf32_flops_per_s], ["bf16", roof.bf16_flops_per_s]].filter(r => r[1] > 0);
  const bandwidth = roof.copy_bytes_per_s || 0;
  if (!points.length) return element("p", {class: "without"}, "No op of this step does arithmetic.");
  return drawing("Roofline: operations a second against operations a byte, an op a point", width => {
    const narrow = width < 560, height = narrow ? 360 : 460, left = 58, right = 14, top = 14, bottom = 44;
    const xs = points.map(p => p.x), ys = points.map(p => p.y).concat(rates.map(r => r[1]));
    const ridge = bandwidth ? Math.max(0, ...rates.map(r => r[1] / bandwidth)) : 0;
    const x0 = Math.min(...xs) / 2, x1 = Math.max(...xs, ridge) * 3, y0 = Math.min(...ys) / 2, y1 = Math.max(...ys) * 2.2;
    const px = x => left + (width - left - right) * Math.log(x / x0) / Math.log(x1 / x0);
    const py = y => height - bottom - (height - bottom - top) * Math.log(y / y0) / Math.log(y1 / y0);
    const made = svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`});
    const axes = svg("g", {class: "axis"});
    for (const power of decades(x0, x1, 8)) {
      const x = px(10 ** power);
      axes.append(svg("line", {class: "grid", x1: x, x2: x, y1: top, y2: height - bottom}), text(x, height - bottom + 17, short(10 ** power), {"text-anchor": "middle"}));
    }
    for (const power of decades(y0, y1, 8)) {
      const y = py(10 ** power);
      axes.append(svg("line", {class: "grid", x1: left, x2: width - right, y1: y, y2: y}), text(left - 7, y + 4, short(10 ** (power - 9)), {"text-anchor": "end"}));
    }
    axes.append(text((left + width - right) / 2, height - 8, "operations a byte", {"text-anchor": "middle"}),
                svg("text", {transform: `translate(13 ${(top + height - bottom) / 2}) rotate(-90)`, "text-anchor": "middle"}, "GFLOP/s"));
    made.append(axes);
    const taken = [];  // boxes that labels must not cover
    const free = box => box.x >= left && box.x + box.w <= width - 2 && box.y >= 2 && box.y + box.h <= height - bottom &&
      taken.every(other => box.x + box.w <= other.x || other.x + other.w <= box.x || box.y + box.h <= other.y || other.y + other.h <= box.y);
    for (const [name, perSecond] of rates) {
      const from = bandwidth ? Math.max(x0, perSecond / bandwidth) : x0, words = `${name} ${rate(perSecond)}FLOP/s`;
      made.append(svg("line", {class: "roof", x1: px(from), x2: width - right, y1: py(perSecond), y2: py(perSecond)}),
                  text(width - right, py(perSecond) - 6, words, {"text-anchor": "end"}));
      taken.push({x: width - right - widthOf(words), y: py(perSecond) - 18, w: widthOf(words), h: 20});
    }
    let along;  // the label of the slanted line: put where the most room is, after the points
    if (bandwidth) {
      const most = rates.length ? Math.max(...rates.map(r => r[1])) : y1, end = Math.min(x1, most / bandwidth), begin = Math.max(x0, y0 / bandwidth);
      const [ax, ay, bx, by] = [px(begin), py(begin * bandwidth), px(end), py(end * bandwidth)];
      made.append(svg("line", {class: "roof", x1: ax, y1: ay, x2: bx, y2: by}));
      const angle = Math.atan2(by - ay, bx - ax) * 180 / Math.PI, words = `copy ${rate(bandwidth)}B/s`;
      along = {words, angle, at: share => ({x: ax + share * (bx - ax), y: ay + share * (by - ay)}), w: widthOf(words) * Math.cos(angle * Math.PI / 180), h: widthOf(words) * Math.abs(Math.sin(angle * Math.PI / 180)) + 14};
    }
    const radius = point => 3.5 + 13 * Math.sqrt(Math.max(0, point.op.analysis.share || 0));
    for (const p of points) taken.push({x: px(p.x) - radius(p), y: py(p.y) - radius(p), w: 2 * radius(p), h: 2 * radius(p)});
    if (along) {
      const boxes = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9].map(share => ({share, x: along.at(share).x - along.w / 2, y: along.at(share).y - along.h / 2 - 8, w: along.w, h: along.h}));
      const room = a => Math.min(...taken.map(b => Math.hypot(a.x + a.w / 2 - b.x - b.w / 2, a.y + a.h / 2 - b.y - b.h / 2)));
      const box = boxes.find(free) ?? boxes.reduce((a, b) => room(b) > room(a) ? b : a), {x, y} = along.at(box.share);
      taken.push(box);
      made.append(svg("text", {transform: `translate(${x} ${y - 7}) rotate(${along.angle})`, "text-anchor": "middle"}, along.words));
    }
    const largest = points.slice().sort((a, b) => b.op.analysis.share - a.op.analysis.share);
    for (const p of largest)
      made.append(choosable(coloured(svg("circle", {class: "point", cx: px(p.x), cy: py(p.y), r: radius(p)}), colourOf(p.op.pass)), p.index, told));
    for (const p of largest) {
      const w = widthOf(p.op.name), h = 14, r = radius(p) + 4, x = px(p.x), y = py(p.y);
      const places = [[x + r, y - h / 2], [x - r - w, y - h / 2], [x - w / 2, y - r - h], [x - w / 2, y + r], [x + r, y - r - h / 2], [x + r, y + r - h / 2],
                      [x - r - w, y - r - h / 2], [x - r - w, y + r - h / 2]];
      const place = places.map(([bx, by]) => ({x: bx, y: by, w, h})).find(free);
      if (!place) continue;
      taken.push(place);
      made.append(text(place.x, place.y + 11, p.op.name, p.op.analysis.share < 0.01 ? {class: "quiet"} : {}));
    }
    return made;
  });
}

function timeline(told) {
  const steps = list(data.timeline);
  let shown = 0, zoom = 1;
  const box = drawing("Timeline of one step: an op a bar, ops that ran at the same time below one another", width => {
    const step = steps[shown], events = list(step.events), zoomed = printing ? 1 : zoom, lanes = 1 + Math.max(0, ...events.map(e => e.lane));
    const long = width * zoomed - 2, row = 30, top = 24, height = top + lanes * row + 6, px = us => 1 + long * us / step.wall_us;
    const made = svg("svg", {width: width * zoomed, height, viewBox: `0 0 ${width * zoomed} ${height}`});
    const axes = svg("g", {class: "axis"});
    const raw = step.wall_us / Math.max(2, long / 130), power = 10 ** Math.floor(Math.log10(raw)), tick = [1, 2, 5, 10].map(f => f * power).find(t => t >= raw);
    for (let us = 0; us <= step.wall_us; us += tick) {
      const x = px(us);
      axes.append(svg("line", {class: "grid", x1: x, x2: x, y1: 18, y2: height}));
      if (x + 40 < long || us === 0) axes.append(text(x, 13, us === 0 ? "0" : time(us).replace(/\.0+ /, " ")));
    }
    made.append(axes);
    for (const e of events) {
      const x = px(e.start_us), w = Math.max(1, long * e.duration_us / step.wall_us), y = top + e.lane * row, op = ops[e.op];
      made.append(choosable(coloured(svg("rect", {class: "bar", x, y, width: w, height: row - 5, rx: 2}), colourOf(op.pass)), e.op, told));
      const words = widthOf(op.name) < w - 8 ? op.name : widthOf(op.name.split(" ")[0]) < w - 8 ? op.name.split(" ")[0] : "";
      if (words) made.append(svg("text", {x: x + 5, y: y + 17, "pointer-events": "none"}, words));
    }
    return made;
  });
  const buttons = (label, values, word, get, set) => element("div", {class: "choices", role: "group", "aria-label": label}, ...values.map(value => {
    const button = element("button", {type: "button", "aria-pressed": String(get() === value)}, word(value));
    button.addEventListener("click", () => {
      set(value);
      for (const other of button.parentNode.children) other.setAttribute("aria-pressed", String(other === button));
      redraw();
    });
    return button;
  }));
  return [box, buttons("zoom", [1, 4, 16], value => value + "x", () => zoom, value => zoom = value),
          steps.length > 1 ? buttons("step", steps.map((_, at) => at), at => `step ${at + 1}: ${time(steps[at].wall_us)}`, () => shown, value => shown = value) : undefined];
}

// ---- tables that can be sorted ----

/** columns: {title, number, value(row), text(row), share(row)}; pressing a title sorts by it, numbers downwards first. */
function sortable(label, columns, rows, foot = []) {
  const body = element("tbody"), shown = columns.filter(column => !column.optional || rows.some(row => column.text(row) !== ""));
  const value = (column, row) => column.value ? column.value(row) : column.text(row);
  const lines = rows.map((row, order) => {
    const line = element("tr", {}, ...shown.map((column, at) => {
      const cell = element(at ? "td" : "th", {scope: at ? undefined : "row", class: column.number ? "number" : undefined}, column.text(row));
      if (column.share) cell.classList.add("share"), cell.style.setProperty("--part", (100 * Math.min(1, column.share(row) || 0)).toFixed(1) + "%");
      return cell;
    }));
    if (row.index !== undefined) {
      marked.push({op: row.index, node: line});
      line.addEventListener("click", () => choose(row.index));
    }
    return {row, line, order};
  });
  body.append(...lines.map(entry => entry.line));
  const heads = shown.map(column => {
    const button = element("button", {type: "button"}, column.title);
    const head = element("th", {scope: "col", class: column.number ? "number" : undefined, title: column.about, "data-title": column.title}, button);
    button.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort"), down = before ? before === "ascending" : Boolean(column.number);
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      lines.sort((a, b) => {
        const [x, y] = [value(column, a.row), value(column, b.row)];
        const order = column.number ? (x || 0) - (y || 0) : String(x).localeCompare(String(y));
        return (down ? -order : order) || a.order - b.order;
      });
      body.append(...lines.map(entry => entry.line));
    });
    return head;
  });
  const table = element("table", {class: "sortable wide"}, element("thead", {}, element("tr", {}, ...heads)), body);
  if (foot.length)
    table.append(element("tfoot", {}, ...foot.map(row => element("tr", {}, ...shown.map((column, at) =>
      element(at ? "td" : "th", {scope: at ? undefined : "row", class: column.number ? "number" : undefined}, row[column.title] ?? ""))))));
  return scrolling(table, label);
}

const kernelNames = op => list(op.kernels).map(kernel => kernel.name + (kernel.launches > 1 ? " x" + kernel.launches : "")).join(" + ");
const words = (title, text, more) => ({title, text: row => text(row) ?? "", ...more});
const figure = (title, value, digits, more) => ({title, number: true, value, text: row => fixed(value(row), digits), ...more});
const whole = (title, value, more) => ({title, number: true, value, text: row => grouped(value(row)), ...more});
/** Empty where nothing was counted, and no column where nothing was counted at all. */
const counts = (title, value, counted) => ({title, number: true, optional: true, value, text: row => counted(row) ? grouped(value(row)) : ""});

function timesTable() {
  const tensor = {declared: "yes", by_plan: "yes, by plan", by_kernel_name: "yes, by name"};
  const columns = [
    words("op", op => op.name), words("implementation", op => op.implementation),
    figure("median µs", op => op.us?.median, 1),
    {...figure("spread", op => spread(op.us), 2, {about: "half of p10 to p90, as a share of the median"}), text: op => "± " + (100 * spread(op.us)).toFixed(0) + " %"},
    {title: "share", number: true, value: op => op.analysis?.share, text: op => percent(op.analysis?.share), share: op => op.analysis?.share},
    {title: "% roof", number: true, value: op => op.analysis?.roof_share, text: op => op.analysis?.roof_us ? (100 * op.analysis.roof_share).toFixed(0) : "",
     about: "above 100: the data lay in a cache, which is faster than a copy"},
    words("bound by", op => op.analysis?.bound === "unknown" ? "" : op.analysis?.bound),
    figure("GFLOP/s", op => op.analysis?.flops_per_s / 1e9, 1), figure("GB/s", op => op.analysis?.bytes_per_s / 1e9, 1),
    figure("FLOP/byte", op => op.analysis?.intensity, 2), figure("roof µs", op => op.analysis?.roof_us, 1, {about: "the least time on this machine"}),
    figure("MFLOP", op => op.flops / 1e6, 2), figure("MB", op => op.bytes / 1e6, 2, {about: "that must move: every input once, every output once"}),
    words("pass", op => op.pass), words("kernels", kernelNames, {optional: true}),
    words("tensor cores", op => tensor[op.tensor_cores] ?? "", {optional: true}),
    {...figure("threads busy", op => op.analysis?.threads_busy, 2, {optional: true, about: "mean of the threads' times / the slowest thread's; 100 % where all work equally long"}),
     text: op => op.analysis?.threads_busy ? (100 * op.analysis.threads_busy).toFixed(0) + " %" : ""},
    {...figure("slowest thread", op => op.analysis?.imbalance_us, 1, {optional: true, about: "µs that the slowest thread works longer than the mean"}),
     text: op => op.analysis?.imbalance_us ? "+" + op.analysis.imbalance_us.toFixed(1) : ""}];
  const sum = (name, us) => ({op: name, "median µs": (us || 0).toFixed(1), share: wall ? percent(us / wall) : ""});
  const total = (key, digits) => fixed(ops.reduce((all, op) => all + (op[key] || 0), 0) / 1e6, digits);
  const foot = [{...sum("all ops", sums.ops_us), MFLOP: total("flops", 2), MB: total("bytes", 2)},
                ...(sums.overlap_us ? [sum("− at the same time", -sums.overlap_us)] : []), sum("+ gaps between ops", sums.gaps_us),
                sum("+ host time", sums.host_us), sum("+ remainder", sums.remainder_us), sum("= step", wall)];
  return sortable("ops", columns, ops.map((op, index) => ({...op, index})), foot);
}

function kernelsTable() {
  const rows = ops.flatMap((op, index) => list(op.kernels).map(kernel => ({...kernel, op: op.name, index})));
  if (!rows.length) return undefined;
  return sortable("kernels", [
    words("kernel", k => k.name), words("op", k => k.op), figure("median µs", k => k.us?.median, 1), whole("launches", k => k.launches),
    words("grid", k => list(k.grid).join(" x ")), words("block", k => list(k.block).join(" x ")), whole("shared bytes", k => k.shared_bytes),
    whole("registers", k => k.registers), {...figure("occupancy", k => k.occupancy, 2), text: k => k.occupancy ? percent(k.occupancy) : ""}], rows);
}

function countTables() {
  const per = (a, b) => b ? a / b : 0;
  const rows = ops.map((op, index) => ({...op, index, c: op.counts ?? {}}));
  const table = sortable("counts", [
    words("op", op => op.name), words("implementation", op => op.implementation), whole("blocks", op => op.c.blocks), whole("threads", op => op.c.threads),
    whole("barriers", op => op.c.barriers), figure("MB", op => (op.c.loaded_bytes + op.c.stored_bytes) / 1e6, 3, {optional: true}), counts("requests", op => op.c.requests, op => op.c.requests),
    counts("sectors", op => op.c.sectors, op => op.c.requests), figure("sectors a request", op => per(op.c.sectors, op.c.requests), 2, {optional: true, about: "4 are ideal for floats"}),
    counts("shared requests", op => op.c.shared_requests, op => op.c.shared_requests), counts("conflicts", op => op.c.bank_conflicts, op => op.c.shared_requests),
    figure("divergent", op => per(op.c.divergent_requests, op.c.requests + op.c.shared_requests), 3, {optional: true, about: "share of requests by a part of the warp"})], rows);
  const lines = rows.flatMap(op => list(op.c.lines).map(line => ({...line, op: op.name, index: op.index})));
  return [table, lines.length ? element("h3", {class: "block"}, "Source lines") : undefined, lines.length ? sortable("source lines", [
    words("line", l => l.place), words("op", l => l.op), whole("requests", l => l.requests), whole("sectors", l => l.sectors),
    figure("sectors a request", l => per(l.sectors, l.requests), 2), whole("shared requests", l => l.shared_requests),
    whole("conflicts", l => l.bank_conflicts), whole("divergent", l => l.divergent_requests)], lines) : undefined];
}

// ---- the page ----

function section(id, title, about, ...children) {
  return element("section", {class: "task", id}, element("h2", {}, title), about ? element("p", {class: "setting"}, about) : undefined, ...children);
}
function facts() {
  const fact = (value, words) => element("li", {}, element("b", {}, value), element("span", {}, words));
  const us = data.wall_us ?? {}, roofs = ops.reduce((sum, op) => sum + (op.analysis?.roof_us || 0), 0);
  return element("ul", {class: "facts"}, fact(time(us.median), `a step; ${time(us.low)} to ${time(us.high)}`),
    us.median ? fact(grouped(Number((1e6 * data.batch / us.median).toPrecision(4))), "images a second") : undefined,
    roofs && sums.ops_us ? fact((100 * roofs / sums.ops_us).toFixed(0) + " %", "of the roof, all ops together") : undefined,
    data.unwatched_us?.median ? fact(time(data.unwatched_us.median), "a step that nobody looks into") : undefined,
    fact(wall ? percent((sums.gaps_us + sums.host_us + sums.remainder_us) / wall) : "–", "outside of ops"));
}
function advice() {
  const found = list(data.advice);
  if (!found.length) return element("p", {class: "quiet"}, "Nothing stands out.");
  return element("ol", {class: "advice"}, ...found.map(entry => element("li", {},
    element("b", {}, counted ? percent(entry.share) : time(entry.saving_us), counted ? "" : element("span", {class: "of"}, percent(entry.share) + " of the step")),
    element("p", {}, entry.text))));
}
function split() {
  const parts = Object.keys(passes).map(pass => [pass, ops.filter(op => op.pass === pass).reduce((sum, op) => sum + (op.us?.median || 0), 0), colourOf(pass)]);
  parts.push(["gaps", sums.gaps_us, "var(--s5)"], ["host", sums.host_us, "var(--s6)"], ["remainder", sums.remainder_us, "var(--s7)"]);
  const shown = parts.filter(part => part[1] > 0), all = shown.reduce((sum, part) => sum + part[1], 0);
  if (!all || !wall) return undefined;
  const bar = element("div", {class: "split", "aria-hidden": "true"}, ...shown.map(([, us, colour]) => {
    const part = coloured(element("span"), colour);
    part.style.flexGrow = us / all;
    return part;
  }));
  return element("div", {}, bar, element("ul", {class: "marks"}, ...shown.map(([name, us, colour]) => mark(`${name} ${time(us)}, ${percent(us / wall)}`, colour)),
    ...(sums.overlap_us > 0 ? [element("li", {}, `at the same time, counted twice: ${time(sums.overlap_us)}, ${percent(sums.overlap_us / wall)}`)] : [])));
}
const sources = {clock: "the clock around each op", cupti: "CUPTI's records of each kernel", events: "events around each op, run one by one", counts: "counts of the simulator"};

const head = element("header", {}, element("h1", {}, `${data.model}${data.run ? ` (${data.run})` : ""}, base ${data.base}, batch ${data.batch}`),
  element("p", {class: "subtitle"}, `${data.device}: ${data.device_description}, ${data.precision}${data.device === "cpu" && data.precision !== "fp32" ? " (emulated)" : ""}, input ${data.input}`),
  element("p", {class: "quiet small"}, "Measured ", element("time", {datetime: data.time}, generated(data.time)),
          ` by gridstride ${data.commit || data.version}: ${data.sampled_steps} ${data.sampled_steps === 1 ? "step" : "steps"}, by ${sources[data.source] ?? data.source}` + (data.source_note ? `; ${data.source_note}` : "")),
  counted ? undefined : facts());
const told = element("p", {class: "told", "aria-live": "polite"}, "Point at an op to read its numbers; press it to find it in the table.");
const told2 = element("p", {class: "told", "aria-live": "polite"}, "");
const uncounted = counted && !ops.some(op => op.counts && op.counts.requests + op.counts.shared_requests > 0);
page.replaceChildren(...[head, uncounted ? undefined : section("advice", "What would save most", "", advice(), counted ? undefined : split())].filter(Boolean));
if (!counted) {
  if (roof.copy_bytes_per_s > 0 || roof.fp32_flops_per_s > 0)
    page.append(section("roofline", "How far from the roof", "Up: operations a second. Right: operations for each byte that must move. No op can be above the lines, unless its data lies in a cache. The larger the point, the larger its share of the step.",
      roofline(told), element("ul", {class: "marks"}, ...Object.keys(passes).filter(pass => ops.some(op => op.pass === pass)).map(pass => mark(pass, colourOf(pass)))), told));
  if (list(data.timeline).length)
    page.append(section("timeline", "One step", "A sampled step of typical length, from its first call to its end.", ...timeline(told2).filter(Boolean), told2));
}
page.append(section("table", "Every op", "Press a title to sort by it.", ...[counted ? countTables() : [timesTable(), kernelsTable()]].flat().filter(Boolean)));
const machine = [["device", `${data.device}: ${data.device_description}`], ["precision", data.precision], ["threads", data.threads],
  ["gridstride", data.version + (data.commit ? `, commit ${data.commit}` : "")], ["measured", data.time],
  ...[["copy", roof.copy_bytes_per_s, "B/s"], ["fp32", roof.fp32_flops_per_s, "FLOP/s"], ["tf32", roof.tf32_flops_per_s, "FLOP/s"], ["bf16", roof.bf16_flops_per_s, "FLOP/s"]]
    .filter(entry => entry[1] > 0).map(([name, value, unit]) => ["roof, " + name, rate(value) + unit]),
  ...[["launch in the stream", roof.stream_launch_us], ["launch in a graph", roof.graph_launch_us]].filter(entry => entry[1] > 0).map(([name, us]) => [name, us.toFixed(2) + " µs"]),
  ["roof measured", roof.date ? `${roof.date}${roof.measured_now ? "" : " (stored)"}` : ""], ["asked for with", list(data.flags).join(" ")]].filter(entry => entry[1] !== "" && entry[1] !== undefined);
page.append(element("section", {class: "task machine", id: "machine"}, element("h2", {}, "Machine"), element("div", {class: "block"},
  element("table", {class: "wide"}, element("tbody", {}, ...machine.map(([name, value]) =>
    element("tr", {}, element("th", {scope: "row"}, name), element("td", {}, String(value)))))))));

redraw();
let pending;
addEventListener("resize", () => {
  clearTimeout(pending);
  pending = setTimeout(redraw, 100);
});
for (const [event, now] of [["beforeprint", true], ["afterprint", false]])
  addEventListener(event, () => {
    printing = now;
    document.documentElement.classList.toggle("printing", now);
    redraw();
  });
})();
