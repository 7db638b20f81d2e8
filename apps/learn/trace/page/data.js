// data.js - the trace: steps decoded from rows of integers, and what they mean for warps and arrays.
const trace = JSON.parse(document.getElementById("trace-data").textContent);
const count = trace.steps.length;
const lane_count = 32;
const kinds = ["load", "store", "atomic operation", "barrier", "operation"];
const has = (mask, lane) => (mask >>> lane & 1) === 1;
const lanesOf = mask => Array.from({length: lane_count}, (_, lane) => lane).filter(lane => has(mask, lane));
const grouped = value => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
const plural = (value, noun) => `${grouped(value)} ${noun}${value === 1 ? "" : "s"}`;

/** Step `at` (from 0) as an object; kernels/sim/trace/json.h describes the row. */
function stepAt(at) {
  const row = trace.steps[at], [kind, warp, place] = row;
  const step = {at, kind, warp, place, number: trace.from + at};
  if (kind === 4) {
    step.operation = trace.operations[row[3]];
    step.lanes = row[4];
    step.sources = row.slice(5);
  } else if (kind < 3) {
    [step.shared, step.bytes, step.lanes, step.accessing, step.living, step.cost, step.wasted] = row.slice(3, 10);
    step.accesses = lanesOf(step.accessing).map(lane => ({lane, address: row[10]}));
    for (let i = 1; i < step.accesses.length; ++i)
      step.accesses[i].address = step.accesses[i - 1].address + (row.length === 12 ? row[11] : row[10 + i]);
  }
  return step;
}
const isRequest = at => trace.steps[at][0] < 3;
const isBarrier = at => trace.steps[at][0] === 3;
const isConflict = at => isRequest(at) && trace.steps[at][3] === 1 && trace.steps[at][8] > 0;
const lineOf = at => trace.places[trace.steps[at][2]];  // [file, line]

// ---- blocks
function partOf(at) {
  let part = 0;
  while (part + 1 < trace.parts.length && trace.parts[part + 1].first <= at) ++part;
  return part;
}
const endOf = part => part + 1 < trace.parts.length ? trace.parts[part + 1].first : count;
const threadsOf = part => part.extent[0] * part.extent[1] * part.extent[2];
/** "5", "(5, 0)", as many indices as the extent has. */
function indexIn(linear, extent) {
  const [x, y, z] = [linear % extent[0], Math.floor(linear / extent[0]) % extent[1], Math.floor(linear / extent[0] / extent[1])];
  return extent[2] > 1 ? `(${x}, ${y}, ${z})` : extent[1] > 1 ? `(${x}, ${y})` : String(x);
}

/** For each warp of a part the steps that are its own, and the part's barriers. */
const courses = trace.parts.map((part, p) => {
  const course = {warps: Array.from({length: Math.ceil(threadsOf(part) / lane_count)}, () => []), barriers: []};
  for (let at = part.first; at < endOf(p); ++at) (isBarrier(at) ? course.barriers : course.warps[trace.steps[at][1]]).push(at);
  return course;
});
/** The first of the sorted numbers that is greater than `value`, or undefined. */
function after(numbers, value) {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (numbers[middle] > value) high = middle;
    else low = middle + 1;
  }
  return numbers[low];
}
/** What a warp does during step `at`: [class, words]. */
function stateOf(p, warp, at) {
  const {warps, barriers} = courses[p];
  if (isBarrier(at)) return ["wait", `passes line ${lineOf(at)[1]}`];
  if (trace.steps[at][1] === warp) return ["now", "this step"];
  const own = after(warps[warp], at), barrier = after(barriers, at);
  if (barrier !== undefined && (own === undefined || own > barrier)) return ["wait", `waits, line ${lineOf(barrier)[1]}`];
  return own === undefined ? ["end", "no further step"] : ["", ""];
}

// ---- arrays
const apart = 2 ** 33;  // kernels/sim/trace/arrays.h
const arrayAt = address => trace.arrays[Math.floor((address + apart / 2) / apart) - 1];
/** "tile[2][5]" */
function elementName(array, index) {
  if (array.single) return array.name;
  if (!array.extents.length || index < 0 || index * array.element >= array.bytes) return `${array.name}[${index}]`;
  let indices = "", left = index;
  for (const extent of [...array.extents].reverse()) {
    indices = `[${left % extent}]${indices}`;
    left = Math.floor(left / extent);
  }
  return array.name + indices;
}
function elementAt(address) {
  const array = arrayAt(address);
  return elementName(array, Math.floor((address - array.base) / array.element));
}
/** "a[0] to a[31]", "a[0], a[32], a[64] ... a[992]" */
function elementsOf(step) {
  const at = step.accesses.map(access => access.address), distance = at[1] - at[0];
  if (at.every(address => address === at[0])) return elementAt(at[0]);
  const regular = at.every((address, i) => i === 0 || address - at[i - 1] === distance);
  if (regular && Math.abs(distance) === step.bytes) return `${elementAt(at[0])} to ${elementAt(at[at.length - 1] + Math.max(0, distance - 1))}`;
  const names = at.map(elementAt);
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 3).join(", ")} ... ${names[names.length - 1]}`;
}

/** The last writer of every unit of the shared arrays of one part, after the steps up to a certain one. */
const writers = {
  part: -1, done: -1, threads: new Map(), steps: new Map(),
  reset(p) {
    const part = trace.parts[p];
    this.part = p;
    this.done = part.first - 1;
    this.threads.clear();
    this.steps.clear();
    for (const number of part.arrays.filter(number => trace.arrays[number].shared)) {
      const array = trace.arrays[number], units = Math.ceil(array.bytes / array.unit);
      this.threads.set(array, new Int32Array(units).fill(-1));
      this.steps.set(array, new Int32Array(units).fill(-1));
    }
    for (const [number, runs] of part.before)
      for (let i = 0, unit = 0; i < runs.length; i += 2)
        for (let left = runs[i + 1]; left > 0; --left) this.threads.get(trace.arrays[number])[unit++] = runs[i];
  },
  go(at) {
    const p = partOf(at);
    if (p !== this.part || at < this.done) this.reset(p);
    while (this.done < at) {
      const [kind, , , shared] = trace.steps[++this.done];
      if ((kind !== 1 && kind !== 2) || shared !== 1) continue;
      const step = stepAt(this.done);
      for (const {lane, address} of step.accesses)
        for (const [array, unit] of unitsOf(address, step.bytes)) {
          this.threads.get(array)[unit] = step.warp * lane_count + lane;
          this.steps.get(array)[unit] = this.done;
        }
    }
  },
};
/** The units of its array that an access touches. */
function unitsOf(address, bytes) {
  const array = arrayAt(address), offset = address - array.base, units = [];
  for (let unit = Math.floor(offset / array.unit); unit * array.unit < offset + bytes; ++unit)
    if (unit >= 0 && unit * array.unit < array.bytes) units.push([array, unit]);
  return units;
}

// ---- sectors and banks, from the addresses
/** The sectors of a request, sorted: {start, used: which of its bytes, lanes}. */
function sectorsOf(step) {
  const sectors = new Map();
  for (const {lane, address} of step.accesses)
    for (let byte = address; byte < address + step.bytes; ++byte) {
      const start = byte - byte % 32;
      if (!sectors.has(start)) sectors.set(start, {start, used: new Set(), lanes: new Set()});
      sectors.get(start).used.add(byte % 32);
      sectors.get(start).lanes.add(lane);
    }
  return [...sectors.values()].sort((a, b) => a.start - b.start);
}
/** Groups of lanes that are served at once, each with its turns: turns[t][bank] = {word, lanes}. */
function turnsOf(step) {
  const size = step.bytes <= 4 ? 32 : step.bytes <= 8 ? 16 : 8, groups = [];
  for (let first = 0; first < lane_count; first += size) {
    const words = new Map();
    for (const {lane, address} of step.accesses.filter(access => access.lane >= first && access.lane < first + size))
      for (let word = Math.floor(address / 4); word * 4 < address + step.bytes; ++word)
        words.set(word, [...words.get(word) ?? [], lane]);
    const turns = [], next = new Array(lane_count).fill(0);
    for (const word of [...words.keys()].sort((a, b) => a - b)) {
      const bank = word % 32, turn = next[bank]++;
      (turns[turn] ??= [])[bank] = {word, lanes: words.get(word)};
    }
    if (turns.length) groups.push({first, last: first + size - 1, turns});
  }
  return groups;
}

// ---- messages
/** [{message, access, at}] of the accesses that are steps of this page, by step. */
const marks = trace.messages.flatMap(message => message.accesses.map(access => ({message, access, at: access.step - trace.from})))
  .filter(mark => mark.access.step > 0 && mark.at >= 0 && mark.at < count).sort((a, b) => a.at - b.at);
const marksAt = at => marks.filter(mark => mark.at === at);
const missing = {M11: "__syncthreads()", M12: "__syncthreads()", M17: "__syncwarp()"};
/** [file, line] behind which a barrier is missing, or undefined. */
function gapOf(message) {
  if (!missing[message.code] || message.accesses.length !== 2) return undefined;
  const of = stores => marks.find(mark => mark.message === message && mark.access.stores === stores);
  const store = of(true), load = of(false);
  if (!store || !load) return undefined;
  const [write, read] = [lineOf(store.at), lineOf(load.at)];
  return message.code === "M12" || (read[0] === write[0] && read[1] < write[1]) ? read : write;
}
