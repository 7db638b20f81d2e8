// page.js - builds the report from the JSON in the page. All text goes in as textContent: names come from users' folders.
const data = JSON.parse(document.getElementById("report-data").textContent);
const page = document.getElementById("page");

function contents(tasks) {
  const all = tally(tasks), sum = all.reduce((total, [, count]) => total + count, 0);
  const section = element("nav", {class: "summary", "aria-label": "contents"});
  if (sum) {
    const meter = element("div", {class: "meter", "aria-hidden": "true"});
    for (const [outcome, count] of all) {
      const part = element("span", {class: (outcomes[outcome] || outcomes.stated).kind});
      part.style.flexGrow = count;
      meter.append(part);
    }
    section.append(element("ul", {class: "tally", "aria-label": "outcomes"}, ...all.map(([outcome, count]) => element("li", {}, badge(outcome, count)))), meter);
  }
  if (tasks.length > 1 || sum)
    section.append(element("ol", {class: "contents"}, ...tasks.map((task, at) => element("li", {},
      element("a", {href: "#task-" + at}, element("span", {class: "id"}, task.id ?? ""), element("span", {}, task.title ?? "")),
      element("span", {class: "counts"}, ...tally([task]).map(([outcome, count]) => badge(outcome, count)))))));
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
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
// On paper: light colours (the stylesheet's), one size, twice the dots.
for (const [event, now] of [["beforeprint", true], ["afterprint", false]])
  addEventListener(event, () => {
    printing = now;
    document.documentElement.classList.toggle("printing", now);
    redraw();
  });
