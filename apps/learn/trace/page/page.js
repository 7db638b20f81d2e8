// page.js - the controls, and what a step changes on the page.
const node = id => document.getElementById(id);
const speeds = [1, 2, 5, 20, 60];
const ended = trace.messages.some(message => message.severity === "error" && message.ends);
let now = -1, playing = 0, shown_file = -1, shown_part = -1, grids = [], rows = [];

// ---- words
function lanesInWords(step) {
  const lanes = lanesOf(step.lanes), living = lanesOf(step.living ?? step.lanes).length;
  if (lanes.length === 1) return `lane ${lanes[0]}`;
  const inARow = lanes[lanes.length - 1] - lanes[0] === lanes.length - 1;
  if (lanes.length < living && inARow) return `lanes ${lanes[0]} to ${lanes[lanes.length - 1]}`;
  return lanes.length < living ? `${lanes.length} of ${living} lanes` : `${lanes.length} lanes`;
}
function costInWords(step) {
  const lanes = plural(step.accesses.length, "lane");
  if (step.shared) {
    const turns = turnsOf(step).reduce((sum, group) => sum + group.turns.length, 0);
    return `${lanes}, ${plural(turns, "turn")} of the banks: ${step.cost === 0 ? "no conflict" : `${plural(step.cost, "conflict")}; ${plural(turns - step.cost, "turn")} would do`}`;
  }
  const sectors = sectorsOf(step), used = sectors.reduce((sum, sector) => sum + sector.used.size, 0), all = 32 * sectors.length;
  return `${lanes}, ${plural(sectors.length, "sector")}: ${used === all ? "all bytes used" : `${grouped(used)} of ${grouped(all)} bytes used`}` +
    (step.wasted > 0 ? `; ${plural(step.cost - step.wasted, "sector")} would hold them` : "");
}
function sentenceOf(step) {
  const part = trace.parts[partOf(step.at)], [, line] = lineOf(step.at), where = `line ${line}`;
  if (step.kind === 3) return `Barrier, ${where}: all ${plural(threadsOf(part), "thread")} of the block have come, and go on.`;
  const who = `Warp ${step.warp}, ${where}: ${lanesInWords(step)}`, one = lanesOf(step.lanes).length === 1;
  if (step.kind === 4) {
    if (step.sources.length) return `${who} exchange${one ? "s" : ""} a value; each reads the lane that a line comes from.`;
    return `${who} meet${one ? "s" : ""} in a ${step.operation}.`.replace("a __", "__");
  }
  const verb = ["load", "store", "change"][step.kind] + (one ? "s" : "");
  const rest = step.lanes === step.living ? "" : ` The other ${plural(lanesOf(step.living).length - lanesOf(step.lanes).length, "lane")} of the warp wait.`;
  return `${who} ${verb} ${elementsOf(step)}${step.kind === 2 ? " atomically" : ""}. ${costInWords(step)}.${rest}`;
}
function legendOf(step) {
  if (step.kind === 3) return "";
  if (step.kind === 4) return step.sources.length ? "Above the lane whose value is read, below the lane that reads it." : "";
  return step.shared ? "Each column is a bank of 4-byte words. In one turn a bank gives one word, to all lanes that want it; a cell names its lane (×: how many). Cells with a thick edge are turns beyond the first."
    : "Each box below is a sector of 32 bytes: filled where the lanes touch it, hatched where it moves for nothing.";
}

// ---- parts of the page
function showPart(p) {
  if (p === shown_part) return;
  shown_part = p;
  const part = trace.parts[p], threads = threadsOf(part);
  node("part").textContent = `Block ${indexIn(part.block, part.grid)} of kernel ${part.kernel}, launch ${part.launch}: ${plural(threads, "thread")} in ${plural(Math.ceil(threads / 32), "warp")}` +
    (trace.parts.length > 1 ? ` (${p + 1} of ${trace.parts.length} blocks in this page)` : "");
  rows = courses[p].warps.map((_, warp) => {
    const cells = Array.from({length: 32}, (_, lane) => element("i", warp * 32 + lane < threads ? {} : {class: "none"}));
    const state = element("span", {class: "state"});
    return {cells, state, node: element("div", {class: "warp"}, element("span", {}, `warp ${warp}`), element("div", {class: "cells"}, ...cells), state)};
  });
  document.querySelector("#warps .rows").classList.toggle("many", rows.length > 8);
  document.querySelector("#warps .rows").replaceChildren(...rows.map(row => row.node));
  const arrays = part.arrays.map(number => trace.arrays[number]).filter(array => array.shared);
  grids = arrays.map(array => new ArrayGrid(array));
  document.querySelector("#arrays .all").replaceChildren(...grids.map(grid => grid.node));
  node("arrays").hidden = grids.length === 0;
}
function showWarps(step) {
  const found = marksAt(step.at), threads = threadsOf(trace.parts[shown_part]);
  rows.forEach((row, warp) => {
    const [kind, words] = stateOf(shown_part, warp, step.at);
    if (row.kind !== kind) row.node.className = `warp ${row.kind = kind}`;
    if (row.state.textContent !== words) row.state.textContent = words;
    if (kind !== "now" && !row.marked) return;
    row.marked = kind === "now";
    row.cells.forEach((cell, lane) => {
      const takes = kind === "now" && has(step.lanes, lane), off = kind === "now" && !takes;
      const hit = found.some(mark => mark.access.thread === warp * 32 + lane);
      cell.className = warp * 32 + lane >= threads ? "none" : hit ? "found" : takes ? "on" : off ? "off" : "";
      cell.textContent = hit ? "!" : takes ? lane : "";
    });
  });
}
function showSource(at) {
  const [file, line] = lineOf(at), code = document.querySelector("#source .code");
  if (file !== shown_file) {
    shown_file = file;
    const {name, text: words} = trace.files[file];
    document.querySelector("#source h2").textContent = name;
    const lines = words ? words.replace(/\n$/, "").split("\n") : [];
    code.replaceChildren(...lines.map((words, i) => element("div", {"data-line": i + 1}, element("i", {}, String(i + 1)), words || " ")));
    if (!lines.length) code.textContent = "The text of this file is not in the page.";
    for (const {at: marked} of marks) if (lineOf(marked)[0] === file) code.querySelector(`[data-line="${lineOf(marked)[1]}"]`)?.classList.add("found");
    for (const message of trace.messages) {
      if (message.file === file) code.querySelector(`[data-line="${message.line}"]`)?.classList.add("found");
      const gap = gapOf(message);
      if (gap && gap[0] === file)
        code.querySelector(`[data-line="${gap[1]}"]`)?.after(element("div", {class: "missing"}, element("i"), `no barrier here: ${missing[message.code]}`));
    }
  }
  code.querySelector(".now")?.classList.remove("now");
  const current = code.querySelector(`[data-line="${line}"]`);
  if (!current) return;
  current.classList.add("now");
  current.querySelector("i").textContent = `▶ ${line}`;
  if (showSource.before && showSource.before !== current) showSource.before.querySelector("i").textContent = showSource.before.dataset.line;
  showSource.before = current;
  const top = current.offsetTop - code.offsetTop;
  if (top < code.scrollTop + 20 || top > code.scrollTop + code.clientHeight - 40) code.scrollTop = top - code.clientHeight / 2;
}
function buildMessages() {
  node("messages").replaceChildren(...trace.messages.map(message => {
    const jumps = marks.filter(mark => mark.message === message).map(mark => {
      const part = trace.parts[partOf(mark.at)];
      const words = `! step ${grouped(trace.from + mark.at)}, line ${lineOf(mark.at)[1]}: thread ${indexIn(mark.access.thread, part.extent)} ${mark.access.stores ? "writes" : "reads"} ${mark.access.element}`;
      const button = element("button", {"data-at": mark.at}, words);
      button.addEventListener("click", () => go(mark.at));
      return button;
    });
    if (jumps.length === 2 && missing[message.code]) jumps.splice(1, 0, element("div", {class: "missing"}, `no ${missing[message.code]} between the two`));
    return element("article", {}, element("p", {class: "what"}, `${message.severity === "error" ? "! " : ""}${message.what}${message.code ? ` [${message.code}]` : ""}`),
      ...[...message.facts, message.advice].filter(Boolean).map(words => element("p", {}, words)), ...jumps);
  }));
}
function buildSums() {
  const sums = new Map();
  for (let at = 0; at < count; ++at) {
    if (!isRequest(at)) continue;
    const step = stepAt(at), key = `${trace.parts[partOf(at)].kernel}\n${lineOf(at).join(":")}`;
    const sum = sums.get(key) ?? {kernel: trace.parts[partOf(at)].kernel, line: lineOf(at), values: [0, 0, 0, 0, 0, 0]};
    const add = step.shared ? [0, 0, 0, 1, step.cost, 0] : [1, step.cost, step.cost - step.wasted, 0, 0, 0];
    add[5] = step.lanes === step.living ? 0 : 1;
    add.forEach((value, i) => sum.values[i] += value);
    sums.set(key, sum);
  }
  const lines = [...sums.values()].sort((a, b) => a.kernel < b.kernel ? -1 : a.kernel > b.kernel ? 1 : a.line[0] - b.line[0] || a.line[1] - b.line[1]);
  const head = ["line", "requests", "sectors", "ideal", "shared", "bank conflicts", "divergent"];
  const several = new Set(lines.map(sum => sum.kernel)).size > 1;
  document.querySelector("#sums .scroll").replaceChildren(element("table", {}, element("thead", {}, element("tr", {}, ...head.map(word => element("th", {scope: "col"}, word)))),
    element("tbody", {}, ...lines.map(sum => element("tr", {}, element("td", {}, `${several ? `${sum.kernel}, ` : ""}${trace.files.length > 1 ? `${trace.files[sum.line[0]].name}:` : ""}${sum.line[1]}`),
      ...sum.values.map(value => element("td", {}, value ? grouped(value) : "")))))));
}
/** Below the slider: barriers as lines, conflicts as low boxes, messages as red triangles joined by dots. */
function drawStrip() {
  const strip = node("strip"), scale = window.devicePixelRatio || 1, width = strip.clientWidth;
  strip.width = width * scale;
  strip.height = 12 * scale;
  const pen = strip.getContext("2d"), x = at => 8 + (width - 16) * (count > 1 ? at / (count - 1) : 0);
  pen.scale(scale, scale);
  for (let at = 0; at < count; ++at) {
    pen.fillStyle = colour(isBarrier(at) ? "--ink" : "--more");
    if (isBarrier(at)) pen.fillRect(x(at) - 0.75, 0, 1.5, 12);
    else if (isConflict(at)) pen.fillRect(x(at) - 1, 7, 2, 5);
  }
  pen.fillStyle = pen.strokeStyle = colour("--red");
  for (const {at} of marks) pen.fill(new Path2D(`M${x(at) - 5} 12 L${x(at)} 1 L${x(at) + 5} 12 Z`));
  pen.setLineDash([2, 3]);
  for (const message of trace.messages) {
    const own = marks.filter(mark => mark.message === message);
    if (own.length === 2) pen.stroke(new Path2D(`M${x(own[0].at)} 3 L${x(own[1].at)} 3`));
  }
}

function draw() {
  const step = stepAt(now);
  writers.go(now);
  showPart(partOf(now));
  node("number").textContent = `step ${grouped(step.number)} of ${grouped(trace.made)}`;
  node("slider").value = now;
  node("slider").setAttribute("aria-valuetext", `step ${step.number}`);
  node("sentence").textContent = sentenceOf(step) + (now === count - 1 && step.number === trace.made && ended ? " Here the run ends." : "");
  const area = node("drawing");
  area.replaceChildren(drawingOf(step, Math.max(300, area.clientWidth)));
  node("legend").textContent = legendOf(step);
  showWarps(step);
  showSource(now);
  for (const grid of grids) grid.show(now);
  for (const button of node("messages").querySelectorAll("button"))
    Number(button.dataset.at) === now ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current");
  node("first").disabled = node("back").disabled = now === 0;
  node("last").disabled = node("forward").disabled = now === count - 1;
  document.body.dataset.step = step.number;
}

// ---- moving
let address_timer = 0;
function go(at) {
  const to = Math.max(0, Math.min(count - 1, at));
  if (to === now) return;
  now = to;
  draw();
  if (!playing) keepInAddress();
}
function keepInAddress() {
  clearTimeout(address_timer);
  address_timer = setTimeout(() => history.replaceState(null, "", `#step=${trace.from + now}`), 300);
}
/** The next step (direction 1) or the one before (-1) that `wanted` holds for. */
function find(wanted, direction) {
  for (let at = now + direction; at >= 0 && at < count; at += direction) if (wanted(at)) return go(at);
}
const jumps = {
  barrier: isBarrier,
  conflict: isConflict,
  message: at => marksAt(at).length > 0,
  warp: at => !isBarrier(at) && trace.steps[at][1] === trace.steps[now][1] && partOf(at) === partOf(now),
  block: at => trace.parts.some(part => part.first === at),
};
function play() {
  playing = playing ? 0 : performance.now();
  node("play").setAttribute("aria-pressed", String(playing > 0));
  node("play").firstChild.data = playing ? "■" : "▶▶";
  node("play").querySelector(".word").textContent = playing ? " stop" : " play";
  node("sentence").setAttribute("aria-live", playing ? "off" : "polite");
  if (playing && now === count - 1) go(0);
  let due = playing;
  const frame = time => {
    if (!playing) return;
    const each = 1000 / Number(node("speed").value);
    if (time - due >= each) {
      due = Math.max(due + each, time - each);
      go(now + 1);
      if (now === count - 1) return play();
    }
    requestAnimationFrame(frame);
  };
  if (playing) requestAnimationFrame(frame);
  else keepInAddress();
}
function fromAddress() {
  const wanted = /^#step=(\d+)$/.exec(location.hash);
  go(wanted ? Number(wanted[1]) - trace.from : Math.max(0, now));
}

const keys = {ArrowRight: () => go(now + 1), ArrowLeft: () => go(now - 1), Home: () => go(0), End: () => go(count - 1)};
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT") return;
  const jump = Object.keys(jumps).find(name => name[0] === event.key.toLowerCase());
  if (event.key === " " && event.target.tagName !== "BUTTON") play();
  else if (keys[event.key] && !event.shiftKey) keys[event.key]();
  else if (jump) find(jumps[jump], event.shiftKey ? -1 : 1);
  else return;
  event.preventDefault();
});
for (const [id, key] of [["forward", "ArrowRight"], ["back", "ArrowLeft"], ["first", "Home"], ["last", "End"]]) node(id).addEventListener("click", keys[key]);
for (const [id, wanted] of Object.entries(jumps)) {
  node(id).addEventListener("click", () => find(wanted, 1));
  if (id !== "warp") node(id).disabled = !trace.steps.some((_, at) => (id === "block" ? at > 0 : true) && wanted(at));
}
node("play").addEventListener("click", play);
node("slider").addEventListener("input", event => go(Number(event.target.value)));
node("slider").max = count - 1;
node("speed").append(...speeds.map(speed => element("option", speed === 2 ? {value: speed, selected: ""} : {value: speed}, `${speed} a second`)));
node("notes").append(...trace.notes.map(note => element("li", {}, note)));
addEventListener("hashchange", fromAddress);
addEventListener("resize", () => (draw(), drawStrip()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (draw(), drawStrip()));
buildMessages();
buildSums();
drawStrip();
now = -1;
fromAddress();
