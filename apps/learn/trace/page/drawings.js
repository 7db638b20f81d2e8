// drawings.js - the drawing of one step: lanes and sectors, banks and turns, shuffles; and the grids of shared arrays.
function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
const text = (x, y, words, kind = "") => svg("text", {x, y, class: kind}, String(words));
const box = (x, y, width, height, kind) => svg("rect", {x, y, width: Math.max(0, width), height, class: kind});
const line = (x1, y1, x2, y2, kind) => svg("line", {x1, y1, x2, y2, class: kind});
const hatch = () => svg("defs", {}, svg("pattern", {id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"},
  svg("line", {x1: 0, y1: 0, x2: 0, y2: 5, stroke: "var(--quiet)", "stroke-width": 1.3})));
const hasTitle = (node, words) => (node.append(svg("title", {}, words)), node);

const margin = 46, lane_height = 18;
/** Column geometry: 32 columns to the right of a margin for words. */
function columns(width) {
  const step = (width - margin) / lane_count;
  return {step, left: lane => margin + lane * step, middle: lane => margin + (lane + 0.5) * step};
}
/** A row of 32 lanes at height y; `found`: lanes of a message. */
function laneRow(grid, y, lanes, living, found = new Set(), word = "lane") {
  const row = [text(0, y + 13, word, "start quiet")];
  for (let lane = 0; lane < lane_count; ++lane) {
    const kind = `lane${has(lanes, lane) ? " on" : has(living, lane) ? "" : " gone"}${found.has(lane) ? " found" : ""}`;
    row.push(box(grid.left(lane) + 0.5, y, grid.step - 1, lane_height, kind));
    row.push(text(grid.middle(lane), y + 13, grid.step >= 15 || lane % 4 === 0 ? lane : "", grid.step < 15 ? "small" : ""));
    if (found.has(lane)) row.push(text(grid.middle(lane), y - 3, "!", "found"));
  }
  return row;
}

function drawGlobal(step, width, found) {
  const grid = columns(width), sectors = sectorsOf(step), y = 16, below = 112, height = 30;
  const each = Math.min(72, (width - margin) / sectors.length), gap = each > 12 ? 3 : each > 5 ? 1 : 0;
  const left = margin + ((width - margin) - each * sectors.length) / 2;
  const parts = [hatch()], links = [];
  sectors.forEach((sector, i) => {
    const x = left + i * each, inner = each - gap, words = inner >= 32 ? 8 : 1;
    if (words === 8)
      for (let w = 0; w < 8; ++w) {
        const used = [0, 1, 2, 3].some(byte => sector.used.has(4 * w + byte));
        parts.push(box(x + w * inner / 8, below, inner / 8, height, used ? "used" : "unused"));
      }
    else {
      const share = height * sector.used.size / 32;
      parts.push(box(x, below, inner, height - share, "unused"), box(x, below + height - share, inner, share, "used"));
    }
    const from = elementAt(sector.start), to = elementAt(sector.start + 31);
    parts.push(hasTitle(box(x, below, inner, height, "sector"), `${from} to ${to}: ${sector.used.size} of 32 bytes used`));
    for (const lane of sector.lanes) {
      const {address} = step.accesses.find(access => access.lane === lane);
      const within = Math.min(31, Math.max(0, address + step.bytes / 2 - sector.start)) / 32;
      links.push(line(grid.middle(lane), y + lane_height, x + inner * (words === 8 ? within : 0.5), below, `link${found.has(lane) ? " found" : ""}`));
    }
  });
  const first = elementAt(sectors[0].start), last = elementAt(sectors[sectors.length - 1].start + 31);
  parts.push(text(0, below + 19, "sector", "start quiet"));
  parts.push(svg("text", {x: left, y: below + height + 15, class: "start quiet"}, `${first} ...`));
  if (sectors.length > 1 || each > 60)
    parts.push(svg("text", {x: left + each * sectors.length, y: below + height + (each * sectors.length > 260 ? 15 : 29), style: "text-anchor: end", class: "quiet"}, `... ${last}`));
  return [below + height + 34, ...links, ...parts, ...laneRow(grid, y, step.lanes, step.living, found)];
}

function drawShared(step, width, found) {
  const grid = columns(width), groups = turnsOf(step), y = 16;
  const rows = groups.reduce((sum, group) => sum + group.turns.length, 0), high = rows > 16 ? 14 : 20;
  const parts = [], links = [], header = 96;
  parts.push(text(0, header - 4, "bank", "start quiet"));
  for (let bank = 0; bank < 32; ++bank)
    parts.push(text(grid.middle(bank), header - 4, grid.step >= 15 || bank % 4 === 0 ? bank : "", "quiet"));
  let top = header;
  for (const group of groups) {
    if (groups.length > 1) {
      top += 14;
      parts.push(text(margin, top - 3, `lanes ${group.first} to ${group.last}`, "start quiet"));
    }
    group.turns.forEach((turn, t) => {
      parts.push(text(0, top + high / 2 + 4, `turn ${t + 1}`, "start turn"));
      for (let bank = 0; bank < 32; ++bank) {
        parts.push(box(grid.left(bank), top, grid.step, high, "bank"));
        const word = turn[bank];
        if (!word) continue;
        const hit = word.lanes.some(lane => found.has(lane));
        parts.push(hasTitle(box(grid.left(bank) + 1, top + 1, grid.step - 2, high - 2, `word${t > 0 ? " late" : ""}${hit ? " found" : ""}`),
          `${elementAt(word.word * 4)}, bank ${bank}: lane${word.lanes.length > 1 ? "s" : ""} ${word.lanes.join(", ")}`));
        const words = word.lanes.length === 1 ? word.lanes[0] : `×${word.lanes.length}`;
        if (grid.step >= (String(words).length > 2 ? 20 : 13)) parts.push(text(grid.middle(bank), top + high / 2 + 4, words));
        for (const lane of word.lanes)
          links.push(line(grid.middle(lane), y + lane_height, grid.middle(bank), top + 1, `link${found.has(lane) ? " found" : ""}`));
      }
      top += high;
    });
  }
  return [top + 6, ...links, ...parts, ...laneRow(grid, y, step.lanes, step.living, found)];
}

function drawOperation(step, width, living) {
  const grid = columns(width), y = 16, parts = [];
  if (!step.sources.length)
    return [70, ...laneRow(grid, y, step.lanes, living), line(margin, 52, width, 52, "meeting")];
  const below = 112;
  lanesOf(step.lanes).forEach((lane, i) => parts.push(line(grid.middle(step.sources[i]), y + lane_height, grid.middle(lane), below, "link")));
  return [below + lane_height + 6, ...parts, ...laneRow(grid, y, step.lanes, living, new Set(), "from"), ...laneRow(grid, below, step.lanes, living, new Set(), "to")];
}

/** The drawing of a step as one <svg>. */
function drawingOf(step, width) {
  const found = new Set(marksAt(step.at).map(mark => mark.access.thread % lane_count));
  const part = trace.parts[partOf(step.at)], threads = threadsOf(part) - 32 * step.warp;
  const living = threads >= 32 ? 0xffffffff : 2 ** threads - 1;
  const [height, ...parts] = step.kind === 3 ? [34, line(margin, 16, width, 16, "meeting")] : step.kind === 4 ? drawOperation(step, width, living)
    : step.shared ? drawShared(step, width, found) : drawGlobal(step, width, found);
  return svg("svg", {viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": "the step as a drawing"}, ...parts);
}

// ---- shared arrays, on canvases: they can have 58,000 words
const shade = thread => `hsl(${Math.floor(thread / 32) * 137.5 % 360} 62% ${92 - thread % 32 * 0.8}%)`;
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class ArrayGrid {
  constructor(array) {
    this.array = array;
    this.units = Math.ceil(array.bytes / array.unit);
    const inner = array.extents.length ? array.extents[array.extents.length - 1] * array.element / array.unit : 32;
    this.columns = Math.min(this.units, inner <= 128 && Number.isInteger(inner) ? inner : 32);
    this.rows = Math.ceil(this.units / this.columns);
    this.cursor = -1;
    this.canvas = element("canvas", {tabindex: "0", role: "img"});
    this.told = element("p", {"aria-live": "polite"});
    const extents = array.single ? "" : array.extents.length ? array.extents.map(e => `[${e}]`).join("") : `[${Math.floor(array.bytes / array.element)}]`;
    this.node = element("div", {class: "array"}, element("h3", {}, array.name + extents), element("div", {class: "scroll"}, this.canvas), this.told);
    this.canvas.addEventListener("mousemove", event => this.point(Math.floor(event.offsetX / this.cell), Math.floor(event.offsetY / this.cell)));
    this.canvas.addEventListener("keydown", event => {
      const move = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
      if (!move || !event.shiftKey) return;
      const at = Math.max(0, this.cursor);
      this.cursor < 0 ? this.point(0, 0) : this.point(at % this.columns + move[0], Math.floor(at / this.columns) + move[1]);
      event.preventDefault();
      event.stopPropagation();
    });
  }
  point(x, y) {
    const unit = y * this.columns + x;
    if (x < 0 || x >= this.columns || unit < 0 || unit >= this.units) return;
    this.cursor = unit;
    this.draw();
    this.tell();
  }
  tell() {
    const {array, cursor} = this;
    if (cursor < 0) return this.told.replaceChildren();
    const thread = writers.threads.get(array)[cursor], step = writers.steps.get(array)[cursor];
    const name = elementName(array, Math.floor(cursor * array.unit / array.element));
    this.told.textContent = `${name}: ${thread < 0 ? "no thread has written it" : `written by thread ${indexIn(thread, trace.parts[writers.part].extent)}${step >= 0 ? `, step ${grouped(trace.from + step)}` : ""}`}`;
  }
  touchedBy(at) {
    return isRequest(at) && trace.steps[at][3] === 1 && stepAt(at).accesses.some(access => arrayAt(access.address) === this.array);
  }
  /** Draws the writers after step `at`, and what this step touches. */
  show(at) {
    const same = Math.abs(at - this.at) === 1 && !this.touchedBy(at) && !this.touchedBy(this.at);
    this.at = at;
    if (same) return;
    this.draw();
    this.tell();
  }
  draw() {
    const {array, canvas, columns: width, units} = this, place = canvas.parentElement.clientWidth || 600;
    const cell = this.cell = Math.max(5, Math.min(22, Math.floor(place / width)));
    const scale = window.devicePixelRatio || 1, size = [width * cell + 1, this.rows * cell + 1];
    if (canvas.width !== Math.round(size[0] * scale) || canvas.height !== Math.round(size[1] * scale)) {
      [canvas.width, canvas.height] = size.map(v => Math.round(v * scale));
      [canvas.style.width, canvas.style.height] = size.map(v => `${v}px`);
    }
    const pen = canvas.getContext("2d"), threads = writers.threads.get(array);
    const [ink, card, quiet, frame, red] = ["--ink", "--card", "--quiet", "--line", "--red"].map(colour);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = card;
    pen.fillRect(0, 0, ...size);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 1;
    pen.strokeStyle = quiet;
    pen.beginPath();
    for (let unit = 0; unit < units; ++unit) {
      const x = unit % width * cell, y = Math.floor(unit / width) * cell;
      if (threads[unit] >= 0) {
        pen.fillStyle = shade(threads[unit]);
        pen.fillRect(x + 1, y + 1, cell - 1, cell - 1);
        continue;
      }
      for (let d = 4; d < 2 * cell; d += 4) {  // hatched
        const over = Math.max(0, d - cell);
        pen.moveTo(x + over, y + d - over);
        pen.lineTo(x + d - over, y + over);
      }
    }
    pen.stroke();
    if (cell >= 15) {
      pen.fillStyle = "#111";
      pen.font = `${cell >= 20 ? 9 : 8}px system-ui, sans-serif`;
      for (let unit = 0; unit < units; ++unit)
        if (threads[unit] >= 0 && (cell >= 20 || threads[unit] < 1000))
          pen.fillText(threads[unit], unit % width * cell + cell / 2, Math.floor(unit / width) * cell + cell / 2 + 0.5);
    }
    const around = (unit, style, thick) => {
      pen.strokeStyle = style;
      pen.lineWidth = thick;
      pen.strokeRect(unit % width * cell + thick / 2, Math.floor(unit / width) * cell + thick / 2, cell + 1 - thick, cell + 1 - thick);
    };
    if (cell >= 8) for (let unit = 0; unit < units; ++unit) around(unit, frame, 1);
    if (isRequest(this.at)) {
      const step = stepAt(this.at);
      for (const {address} of step.accesses) for (const [of, unit] of unitsOf(address, step.bytes)) if (of === array) around(unit, ink, 2);
    }
    for (const {access} of marks)
      if (access.array === array.name && access.launch === trace.parts[writers.part].launch && access.block === trace.parts[writers.part].block)
        for (const [of, unit] of unitsOf(array.base + access.offset, access.bytes)) if (of === array) around(unit, red, 3);
    if (this.cursor >= 0) around(this.cursor, ink, 1);
    const written = threads.reduce((sum, thread) => sum + (thread >= 0), 0);
    canvas.setAttribute("aria-label", `${array.name}: ${grouped(written)} of ${plural(units, "element")} written`);
  }
}
