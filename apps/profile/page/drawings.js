// drawings.js - the roofline and the timeline, in SVG, drawn again if the width changes or the page is printed.

const drawings = [];  // {box, draw(width)}
const printed_width = 690;  // the width of A4 and Letter between their margins; the style fits it to the paper
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
/** A rough width: the font is not known before the text is drawn. */
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
  const rates = [["fp32", peaks.fp32_flops_per_s], ["tf32", peaks.tf32_flops_per_s], ["bf16", peaks.bf16_flops_per_s]].filter(r => r[1] > 0);
  const bandwidth = peaks.copy_bytes_per_s || 0;
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
      made.append(svg("line", {class: "peak", x1: px(from), x2: width - right, y1: py(perSecond), y2: py(perSecond)}),
                  text(width - right, py(perSecond) - 6, words, {"text-anchor": "end"}));
      taken.push({x: width - right - widthOf(words), y: py(perSecond) - 18, w: widthOf(words), h: 20});
    }
    let along;  // the label of the slanted line: placed after the points, at the largest gap
    if (bandwidth) {
      const most = rates.length ? Math.max(...rates.map(r => r[1])) : y1, end = Math.min(x1, most / bandwidth), begin = Math.max(x0, y0 / bandwidth);
      const [ax, ay, bx, by] = [px(begin), py(begin * bandwidth), px(end), py(end * bandwidth)];
      made.append(svg("line", {class: "peak", x1: ax, y1: ay, x2: bx, y2: by}));
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
