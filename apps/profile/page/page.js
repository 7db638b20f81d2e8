// page.js - builds the profile page: advice, roofline, timeline, tables, machine.
const page = document.getElementById("page");

function section(id, title, about, ...children) {
  return element("section", {class: "task", id}, element("h2", {}, title), about ? element("p", {class: "setting"}, about) : undefined, ...children);
}
function facts() {
  const fact = (value, words) => element("li", {}, element("b", {}, value), element("span", {}, words));
  const us = data.wall_us ?? {}, peakUs = ops.reduce((sum, op) => sum + (op.analysis?.peak_us || 0), 0);
  return element("ul", {class: "facts"}, fact(time(us.median), `a step; ${time(us.low)} to ${time(us.high)}`),
    us.median ? fact(grouped(Number((1e6 * data.batch / us.median).toPrecision(4))), "images a second") : undefined,
    peakUs && sums.ops_us ? fact((100 * peakUs / sums.ops_us).toFixed(0) + " %", "of the roofline, all ops together") : undefined,
    data.unwatched_us?.median ? fact(time(data.unwatched_us.median), "uninstrumented step") : undefined,
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
const sources = {clock: "the clock around each op", cupti: "CUPTI's records of each kernel", events: "events around each op, run one by one", counts: "counts of the simulator", instructions: "the instructions of nvcc's PTX"};

const head = element("header", {}, element("h1", {}, `${data.model}${data.run ? ` (${data.run})` : ""}, base ${data.base}, batch ${data.batch}`),
  element("p", {class: "subtitle"}, `${data.device}: ${data.device_description}, ${data.precision}${data.device === "cpu" && data.precision !== "fp32" ? " (emulated)" : ""}, input ${data.input}`),
  element("p", {class: "quiet small"}, "Measured ", element("time", {datetime: data.time}, generated(data.time)),
          ` by gridstride ${data.commit || data.version}: ${data.sampled_steps} ${data.sampled_steps === 1 ? "step" : "steps"}, by ${sources[data.source] ?? data.source}` + (data.source_note ? `; ${data.source_note}` : "")),
  counted ? undefined : facts());
const told = element("p", {class: "told", "aria-live": "polite"}, "Point at an op to read its numbers; click it to find it in the table.");
const told2 = element("p", {class: "told", "aria-live": "polite"}, "");
const uncounted = counted && !ops.some(op => op.counts && op.counts.requests + op.counts.shared_requests > 0);
page.replaceChildren(...[head, uncounted ? undefined : section("advice", "What would save most", "", advice(), counted ? undefined : split())].filter(Boolean));
if (!counted) {
  if (peaks.copy_bytes_per_s > 0 || peaks.fp32_flops_per_s > 0)
    page.append(section("roofline", "Roofline", "Vertical: operations a second. Horizontal: operations per byte that must move. No op can be above the lines unless its data lies in a cache. The larger the point, the larger the op's share of the step.",
      roofline(told), element("ul", {class: "marks"}, ...Object.keys(passes).filter(pass => ops.some(op => op.pass === pass)).map(pass => mark(pass, colourOf(pass)))), told));
  if (list(data.timeline).length)
    page.append(section("timeline", "One step", "A sampled step of typical length, from its first call to its end.", ...timeline(told2).filter(Boolean), told2));
}
page.append(section("table", "Every op", "Click a title to sort by it.", ...[interpreted ? instructionTables() : counted ? countTables() : [timesTable(), kernelsTable()]].flat().filter(Boolean)));
const machine = [["device", `${data.device}: ${data.device_description}`], ["precision", data.precision], ["threads", data.threads],
  ["gridstride", data.version + (data.commit ? `, commit ${data.commit}` : "")], ["measured", data.time],
  ...[["copy", peaks.copy_bytes_per_s, "B/s"], ["fp32", peaks.fp32_flops_per_s, "FLOP/s"], ["tf32", peaks.tf32_flops_per_s, "FLOP/s"], ["bf16", peaks.bf16_flops_per_s, "FLOP/s"]]
    .filter(entry => entry[1] > 0).map(([name, value, unit]) => ["peak, " + name, rate(value) + unit]),
  ...[["launch in the stream", peaks.stream_launch_us], ["launch in a graph", peaks.graph_launch_us]].filter(entry => entry[1] > 0).map(([name, us]) => [name, us.toFixed(2) + " µs"]),
  ["doubt", peaks.doubt ?? ""], ["peaks measured", peaks.date ? `${peaks.date}${peaks.measured_now ? "" : " (stored)"}` : ""], ["command", list(data.flags).join(" ")]].filter(entry => entry[1] !== "" && entry[1] !== undefined);
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
