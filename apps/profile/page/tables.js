// tables.js - tables that can be sorted: ops, kernels, the simulator's counts.

/** columns: {title, number, value(row), text(row), share(row)}; a click on a title sorts by it, numbers in descending order first. */
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
/** Empty if nothing was counted for the row; the column is left out if nothing was counted at all. */
const counts = (title, value, counted) => ({title, number: true, optional: true, value, text: row => counted(row) ? grouped(value(row)) : ""});

function timesTable() {
  const tensor = {declared: "yes", by_plan: "yes, by plan", by_kernel_name: "yes, by name"};
  const columns = [
    words("op", op => op.name), words("implementation", op => op.implementation),
    figure("median µs", op => op.us?.median, 1),
    {...figure("spread", op => spread(op.us), 2, {about: "half of p10 to p90, as a share of the median"}), text: op => "± " + (100 * spread(op.us)).toFixed(0) + " %"},
    {title: "share", number: true, value: op => op.analysis?.share, text: op => percent(op.analysis?.share), share: op => op.analysis?.share},
    {title: "% peak", number: true, value: op => op.analysis?.peak_share, text: op => op.analysis?.peak_us ? (100 * op.analysis.peak_share).toFixed(0) : "",
     about: "above 100: the data lay in a cache, which is faster than a copy"},
    words("bound by", op => op.analysis?.bound === "unknown" ? "" : op.analysis?.bound),
    figure("GFLOP/s", op => op.analysis?.flops_per_s / 1e9, 1), figure("GB/s", op => op.analysis?.bytes_per_s / 1e9, 1),
    figure("FLOP/byte", op => op.analysis?.intensity, 2), figure("µs at peak", op => op.analysis?.peak_us, 1, {about: "the least time on this machine"}),
    figure("MFLOP", op => op.flops / 1e6, 2), figure("MB", op => op.bytes / 1e6, 2, {about: "bytes that must move: every input once, every output once"}),
    words("pass", op => op.pass), words("kernels", kernelNames, {optional: true}),
    words("tensor cores", op => tensor[op.tensor_cores] ?? "", {optional: true}),
    {...figure("threads busy", op => op.analysis?.threads_busy, 2, {optional: true, about: "mean of the threads' times / the slowest thread's; 100 % if all work equally long"}),
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

function instructionTables() {
  const all = ops.reduce((sum, op) => sum + (op.instructions?.warp || 0), 0) || 1;
  const share = entry => ({...figure("share", e => entry(e) / all, 4), text: e => percent(entry(e) / all)});
  const rows = ops.map((op, index) => ({...op, index, c: op.instructions ?? {warp: 0, lanes: 0}}));
  const table = sortable("instructions", [
    words("op", op => op.name), words("implementation", op => op.implementation), words("kernels", op => list(op.kernels).map(k => k.name).join(" + ")),
    whole("warp instructions", op => op.c.warp), share(op => op.c.warp),
    figure("µs on an H200", op => op.bound_on_h200?.us, 2, {about: "the least time of the op there"}), words("bound", op => op.bound_on_h200?.bound ?? ""),
    figure("MFLOP", op => op.flops / 1e6, 2, {optional: true}),
    figure("multiply-adds each", op => op.c.warp ? op.flops / 2 / op.c.warp : 0, 1, {optional: true, about: "multiply-adds of the formula per warp instruction"}),
    {...figure("lanes on", op => op.c.warp ? op.c.lanes / (32 * op.c.warp) : 0, 4), text: op => op.c.warp ? percent(op.c.lanes / (32 * op.c.warp)) : ""}], rows);
  const entries = (title, key) => sortable(title, [words(title, e => e.name), words("op", e => e.op), whole("warp instructions", e => e.warp), share(e => e.warp)],
    rows.flatMap(op => list(op.c[key]).map(e => ({...e, op: op.name, index: op.index}))));
  return [table, element("h3", {class: "block"}, "Source lines"), entries("line", "lines"), element("h3", {class: "block"}, "Opcodes"), entries("opcode", "opcodes")];
}

function countTables() {
  const per = (a, b) => b ? a / b : 0;
  const rows = ops.map((op, index) => ({...op, index, c: op.counts ?? {}}));
  const table = sortable("counts", [
    words("op", op => op.name), words("implementation", op => op.implementation), whole("blocks", op => op.c.blocks), whole("threads", op => op.c.threads),
    whole("barriers", op => op.c.barriers), figure("MB", op => (op.c.loaded_bytes + op.c.stored_bytes) / 1e6, 3, {optional: true}), counts("requests", op => op.c.requests, op => op.c.requests),
    counts("sectors", op => op.c.sectors, op => op.c.requests), figure("sectors a request", op => per(op.c.sectors, op.c.requests), 2, {optional: true, about: "ideal is what the bytes fill: 4 for 32 floats, 2 for bf16, 16 for float4"}),
    counts("beyond ideal", op => op.c.wasted_sectors, op => op.c.requests),
    counts("shared requests", op => op.c.shared_requests, op => op.c.shared_requests), counts("conflicts", op => op.c.bank_conflicts, op => op.c.shared_requests),
    figure("divergent", op => per(op.c.divergent_requests, op.c.requests + op.c.shared_requests), 3, {optional: true, about: "share of requests by a part of the warp"})], rows);
  const lines = rows.flatMap(op => list(op.c.lines).map(line => ({...line, op: op.name, index: op.index})));
  return [table, lines.length ? element("h3", {class: "block"}, "Source lines") : undefined, lines.length ? sortable("source lines", [
    words("line", l => l.place), words("op", l => l.op), whole("requests", l => l.requests), whole("sectors", l => l.sectors),
    figure("sectors a request", l => per(l.sectors, l.requests), 2), whole("beyond ideal", l => l.wasted_sectors), whole("shared requests", l => l.shared_requests),
    whole("conflicts", l => l.bank_conflicts), whole("divergent", l => l.divergent_requests)], lines) : undefined];
}
