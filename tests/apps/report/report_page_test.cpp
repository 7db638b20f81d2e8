// report_page_test.cpp - the report page in a real browser: it draws, reports no error, requests nothing, fits a phone,
// has a readable dark mode, and prints.
#include "apps/report/report_page.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/apps/browser.h"
#include "tests/support/scratch_folder.h"

namespace gs::test {
namespace {

using nlohmann::ordered_json;

const std::string nasty =
    "</script><b>bold</b><img src=x onerror=alert(1)> \"'&amp; <!--<script> {{data}} ünï 模型 😀 \\u003c";

/// Curves of a run: `epochs` points, optionally with a gap.
ordered_json series(const std::string& name, int epochs, double rate, int gap = -1, bool band = false) {
  ordered_json made{{"name", name}};
  int best = 1;
  double best_loss = 1e9;
  for (const char* key : {"epochs", "loss", "accuracy", "val_loss", "val_accuracy"}) made[key] = ordered_json::array();
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const double t = rate * epoch, wave = 0.015 * std::sin(7.3 * epoch * rate + epoch);
    const double loss = 0.15 + 0.6 * std::exp(-t), val_loss = 0.3 + 0.45 * std::exp(-t) + 0.04 * t + wave;
    made["epochs"].push_back(epoch);
    made["loss"].push_back(epoch == gap ? ordered_json() : ordered_json(loss));
    made["accuracy"].push_back(0.95 - 0.4 * std::exp(-t));
    made["val_loss"].push_back(epoch == gap ? ordered_json() : ordered_json(val_loss));
    made["val_accuracy"].push_back(0.85 - 0.3 * std::exp(-t) - wave);
    if (val_loss < best_loss) best = epoch, best_loss = val_loss;
    if (!band) continue;
    made["low"]["val_loss"].push_back(val_loss - 0.05);
    made["high"]["val_loss"].push_back(val_loss + 0.05);
    made["low"]["val_accuracy"].push_back(0.82 - 0.3 * std::exp(-t) - wave);
    made["high"]["val_accuracy"].push_back(0.88 - 0.3 * std::exp(-t) - wave);
  }
  made["best_epoch"] = best;
  return made;
}

/// A black and white picture of 2x2.
const std::string picture =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNg+M/wHwAEAQH/"
    "7yH0ZAAAAABJRU5ErkJggg==";

ordered_json findings() {
  return {
      {"kind", "findings"},
      {"rows",
       {{{"claim", "authors: the loss is still falling at epoch 20"},
         {"outcome", "held"},
         {"evidence",
          "It fell from 0.412 at epoch 15 to 0.388 at epoch 20 (paired bootstrap: 95 % interval -0.031 to -0.017)."}},
        {{"claim", "authors: wider is better"},
         {"outcome", "did not hold"},
         {"evidence", "LeNet 8 reached 0.842, LeNet 32 0.811."}},
        {{"claim", "authors: batches of 4 overfit sooner"},
         {"outcome", "too close to call"},
         {"evidence", "Epoch 12 against epoch 13; the interval holds zero."}},
        {{"claim", nasty}, {"outcome", "stated"}, {"evidence", nasty}}}}};
}

ordered_json task(const std::string& id, const std::string& title, ordered_json all_series, ordered_json blocks = {}) {
  return {{"id", id},
          {"title", title},
          {"setting", "lenet, base 32, batch 8, Adam at 1e-5, 20 epochs, 64x64, seed 1"},
          {"series", std::move(all_series)},
          {"blocks", blocks.is_null() ? ordered_json::array() : std::move(blocks)}};
}

/// Every kind of block and the hard cases: names with markup, gaps, empty runs, a single epoch.
ordered_json everything() {
  ordered_json data{{"title", "The lab " + nasty},
                    {"subtitle", "Ten tasks on built-in lesions"},
                    {"generated", "2026-11-24T10:00:00Z"},
                    {"notes", {"What the data is: 2,000 drawn lesions.", nasty}}};
  ordered_json eight = ordered_json::array();
  for (int at = 0; at < 8; ++at) eight.push_back(series("AlexNet " + std::to_string(2 << at), 20, 0.05 + 0.05 * at));
  ordered_json wide{
      {"kind", "table"}, {"title", "Final and best"}, {"columns", {"run"}}, {"rows", ordered_json::array()}};
  for (int column = 0; column < 14; ++column) wide["columns"].push_back("column " + std::to_string(column));
  for (const std::string& name : {std::string("LeNet 32"), nasty}) {
    ordered_json row{name};
    for (int column = 0; column < 14; ++column) row.push_back(column == 13 ? "words" : "0.61 ± 0.02");
    wide["rows"].push_back(row);
  }
  ordered_json images{
      {"kind", "images"}, {"title", "Filters"}, {"caption", "The filters of the first convolution."}, {"scale", 20}};
  for (int at = 0; at < 12; ++at)
    images["images"].push_back({{"src", picture}, {"width", 2}, {"height", 2}, {"caption", at ? "" : nasty}});
  images["images"].push_back(
      {{"src", "https://example.org/x.png"}, {"width", 2}, {"height", 2}, {"caption", "not asked for"}});
  ordered_json roc{{"kind", "roc"}, {"title", "ROC"}, {"curves", ordered_json::array()}};
  for (int at = 1; at <= 3; ++at) {
    ordered_json curve{{"name", at == 3 ? nasty : "LeNet " + std::to_string(at)}, {"auc", 0.6 + 0.1 * at}};
    for (int x = 0; x <= 100; ++x)
      curve["fpr"].push_back(x / 100.0), curve["tpr"].push_back(std::pow(x / 100.0, 1.0 / (1 + at)));
    roc["curves"].push_back(curve);
  }
  data["tasks"] = {
      task("5a", "LeNet, a learning rate of 1e-5, 20 epochs",
           {series("LeNet 32", 20, 0.1, 7), series(nasty, 20, 0.2, -1, true)},
           {findings(),
            wide,
            {{"kind", "text"}, {"title", "Why"}, {"text", "First paragraph.\n\nSecond " + nasty}},
            images,
            {{"kind", "confusion"},
             {"title", "Confusion"},
             {"labels", {"mel", "nev", nasty}},
             {"counts", {{70, 30, 0}, {20, 80, 0}, {0, 0, 0}}}},
            roc,
            {{"kind", "bars"},
             {"title", "Seconds per epoch"},
             {"unit", "s"},
             {"labels", {"8", "4", nasty}},
             {"values", {0.5, 0.9, nullptr}},
             {"low", {0.45, 0.8, nullptr}},
             {"high", {0.55, 1.0, nullptr}}},
            {{"kind", "links"},
             {"title", "Profiles"},
             {"links",
              {{{"text", nasty}, {"href", "../runs/a%23b/profile-cpu/profile.html"}},
               {{"text", "a script"}, {"href", "javascript:alert(1)"}},
               {{"text", "elsewhere"}, {"href", "//example.org/x.html"}},
               {{"text", "elsewhere"}, {"href", "https://example.org/x.html"}}}}},
            {{"kind", "of a later version"}}}),
      task("5b", "Eight widths", eight, {findings()}),
      task("5c", "One epoch", {series("one", 1, 0.1)}),
      task("5d", "Nothing", ordered_json::array(), {{{"kind", "text"}, {"text", "No curves."}}}),
      task("5e", "An empty run",
           {{{"name", "empty"}, {"epochs", ordered_json::array()}, {"loss", ordered_json::array()}}}),
      task("5f", "A run that diverged",
           {{{"name", "nulls"},
             {"epochs", {1, 2, 3, 4}},
             {"loss", {0.5, 900.0, nullptr, nullptr}},
             {"val_loss", {0.6, nullptr, 800.0, nullptr}},
             {"accuracy", {0.5, 0.5, nullptr, nullptr}},
             {"val_accuracy", ordered_json::array()},
             {"best_epoch", nullptr}}}),
  };
  for (const auto& [name, value] :
       {std::pair{"CPU", std::string("AMD EPYC")}, {"commit", "35bc8c3"}, {"folder", nasty}})
    data["machine"].push_back(ordered_json::array({name, value}));
  return data;
}

/// Ten tasks of eight runs over 350 epochs.
ordered_json large() {
  ordered_json data{{"title", "Large"}, {"tasks", ordered_json::array()}};
  for (int at = 0; at < 10; ++at) {
    ordered_json eight = ordered_json::array();
    for (int run = 0; run < 8; ++run) eight.push_back(series("run " + std::to_string(run), 350, 0.005 * (run + 1)));
    data["tasks"].push_back(task(std::to_string(at), "Task", eight, {findings()}));
  }
  return data;
}

// Inserted at the page's end: waits for every chart, then returns its measurements.
const char* const measuring = R"js(<script>
(() => {
function measured() {
  const canvases = [...document.querySelectorAll("canvas")];
  const blank = canvases.filter(canvas => {
    if (!canvas.width || !canvas.height) return true;
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let drawn = 0;
    for (let at = 3; at < data.length; at += 4) drawn += data[at] > 0;
    return drawn < 500;
  });
  return {...measuredOfPage(), canvases: canvases.length, blank: blank.length,
          tasks: document.querySelectorAll("section.task").length, bold: document.querySelectorAll("main b, main script").length,
          images: document.querySelectorAll("main img").length, broken: [...document.images].filter(i => !i.naturalWidth).length,
          without: [...document.querySelectorAll(".without")].filter(p => p.textContent.includes("without Chart.js")).length,
          tables: document.querySelectorAll("main table").length, badges: [...document.querySelectorAll(".tally .badge")].map(b => b.textContent),
          links: [...document.querySelectorAll(".links a")].map(a => a.getAttribute("href"))};
}
let turns = 0;
(function wait() {
  const ready = typeof Chart === "undefined" || [...document.querySelectorAll("canvas")].every(canvas => Chart.getChart(canvas));
  if (!ready && ++turns < 200) return setTimeout(wait, 50);
  const first = typeof Chart !== "undefined" && document.querySelector(".legend button");
  for (const canvas of first ? document.querySelectorAll("canvas") : []) {  // mouse over the centre of each chart
    const box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new MouseEvent("mousemove", {clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true}));
  }
  setTimeout(() => {
    let result;
    try {
      result = measured();
      if (first) {
        const two = [...document.querySelectorAll(".task canvas")].slice(0, 2).map(canvas => Chart.getChart(canvas));
        const shown = () => two.map(chart => chart.getSortedVisibleDatasetMetas().length);
        result.tooltip = two[0].tooltip.body?.map(line => line.lines.join(""));
        result.shown = shown();
        first.click();
        result.shown_without_first = shown();
        first.click();
        result.shown_again = shown();
      }
    } catch (error) { result = {complaints: [String(error)]}; }
    tellMeasured(result);
  }, 300);
})();
})();
</script>)js";

ordered_json measure(const std::string& page, const std::string& flags, bool in_phone = false) {
  return measure_page(page, measuring, flags, in_phone);
}

void expect_sound(const ordered_json& seen, int canvases) {
  ASSERT_TRUE(seen.contains("canvases")) << seen.dump(1);
  EXPECT_TRUE(seen["complaints"].empty()) << seen["complaints"].dump(1);
  EXPECT_TRUE(seen["resources"].empty()) << seen["resources"].dump(1);
  EXPECT_EQ(seen["canvases"], canvases);
  EXPECT_EQ(seen["blank"], 0);
  EXPECT_EQ(seen["bold"], 0) << "markup in a name became markup in the page";
  EXPECT_EQ(seen["broken"], 0);
  EXPECT_LE(seen["scroll"], seen["width"]);
  EXPECT_GE(seen["worst"][0].get<double>(), 4.5) << seen["worst"].dump();
}

bool has_charts(const std::string& page) {
  return page.find("Chart.js v3") != page.npos;
}
/// Canvases of everything(): two per task with curves, none for the empty run, plus ROC and bars.
const int canvases_of_everything = 2 + 2 + 2 + 2 + 2;

TEST(ReportPage, NamesCannotEndTheScript) {
  const std::string page = apps::report_page(everything());
  const size_t data = page.find("id=\"report-data\">") + 17, end = page.find("</script>", data);
  EXPECT_EQ(ordered_json::parse(page.substr(data, end - data)), everything());
  EXPECT_EQ(page.substr(data, end - data).find('<'), std::string::npos);
  size_t scripts = 0;
  for (size_t at = page.find("</script"); at != page.npos; at = page.find("</script", at + 1)) ++scripts;
  EXPECT_EQ(scripts, 3U);
  const size_t title = page.find("<title>");
  EXPECT_EQ(page.find("<b>", title), page.npos);
  EXPECT_EQ(page.find("{{title}}"), page.npos);
}

TEST(ReportPage, BytesThatAreNoTextAreReplaced) {
  EXPECT_NE(apps::report_page({{"title", "a\xff"}, {"tasks", ordered_json::array()}}).find("a\xef\xbf\xbd"),
            std::string::npos);
}

class ReportPageInBrowser : public ::testing::Test {
  void SetUp() override {
    if (!has_chromium()) GTEST_SKIP() << "no chromium that opens files is installed";
  }
};

TEST_F(ReportPageInBrowser, DrawsEverythingAndAsksForNothing) {
  const std::string page = apps::report_page(everything());
  keep_page("everything.html", page);
  const ordered_json seen = measure(page, "--window-size=1280,900");
  expect_sound(seen, has_charts(page) ? canvases_of_everything : 0);
  EXPECT_EQ(seen["width"], 1280);
  EXPECT_EQ(seen["tasks"], 7);  // the machine's card too
  EXPECT_EQ(seen["images"], 12);
  EXPECT_EQ(seen["tables"], 3);
  EXPECT_EQ(seen["links"], ordered_json{"../runs/a%23b/profile-cpu/profile.html"}) << "only relative links";
  EXPECT_EQ(seen["title"].get<std::string>(), "The lab " + nasty);
  EXPECT_EQ(seen["heading"].get<std::string>(), "The lab " + nasty);
  EXPECT_EQ(seen["badges"], (ordered_json{"✓ 2 held", "✗ 2 did not hold", "≈ 2 too close to call", "• 2 stated"}));
}

TEST_F(ReportPageInBrowser, TellsAndHidesSeries) {
  const std::string page = apps::report_page(everything());
  if (!has_charts(page)) GTEST_SKIP() << "built without Chart.js";
  const ordered_json seen = measure(page, "--window-size=1280,900");
  ASSERT_TRUE(seen.contains("tooltip")) << seen.dump(1);
  ASSERT_EQ(seen["tooltip"].size(), 2U) << seen["tooltip"];  // one line per series
  EXPECT_EQ(seen["tooltip"][0].get<std::string>().rfind("LeNet 32: 0.", 0), 0U) << seen["tooltip"];
  EXPECT_NE(seen["tooltip"][0].get<std::string>().find("(training 0."), std::string::npos) << seen["tooltip"];
  EXPECT_EQ(seen["shown"], (ordered_json{6, 6}));  // training and validation of two runs, and the edges of a band
  EXPECT_EQ(seen["shown_without_first"], (ordered_json{4, 4}));
  EXPECT_EQ(seen["shown_again"], (ordered_json{6, 6}));
}

TEST_F(ReportPageInBrowser, FitsAPhone) {
  const std::string page = apps::report_page(everything());
  const ordered_json seen = measure(page, "--window-size=800,900", true);
  expect_sound(seen, has_charts(page) ? canvases_of_everything : 0);
  EXPECT_EQ(seen["width"], 400);
}

TEST_F(ReportPageInBrowser, CanBeReadInTheDark) {
  const std::string page = apps::report_page(everything());
  const ordered_json seen = measure(page, "--window-size=1280,900 --blink-settings=preferredColorScheme=0");
  expect_sound(seen, has_charts(page) ? canvases_of_everything : 0);
  EXPECT_EQ(seen["dark"], true);
  EXPECT_LT(seen["page"][0], 64);
}

TEST_F(ReportPageInBrowser, DrawsManyRunsOfManyEpochs) {
  const std::string page = apps::report_page(large());
  keep_page("large.html", page);
  expect_sound(measure(page, "--window-size=1280,900"), has_charts(page) ? 20 : 0);
}

TEST_F(ReportPageInBrowser, ShowsAnEmptyReport) {
  expect_sound(
      measure(apps::report_page({{"title", ""}, {"tasks", ordered_json::array()}}), "--window-size=800,900", true), 0);
}

std::string without_charts(std::string page) {
  const size_t from = page.find("<script id=\"library\">"), to = page.find("</script>", from);
  return page.erase(from, to - from + 9);
}

TEST_F(ReportPageInBrowser, SaysThatItHasNoCharts) {
  const ordered_json seen = measure(without_charts(apps::report_page(everything())), "--window-size=800,900", true);
  expect_sound(seen, 0);
  EXPECT_EQ(seen["tables"], 3);
  EXPECT_GT(seen["without"], 0);
}

TEST_F(ReportPageInBrowser, IsLightOnPaperEvenInTheDark) {
  std::string page = apps::report_page(everything());
  page.insert(page.rfind("</body>"), "<script>setTimeout(() => dispatchEvent(new Event('beforeprint')), 0)</script>");
  const ordered_json seen = measure(page, "--window-size=1280,900 --blink-settings=preferredColorScheme=0");
  expect_sound(seen, has_charts(page) ? canvases_of_everything : 0);
  EXPECT_EQ(seen["dark"], true);
  EXPECT_GT(seen["page"][0], 240);
}

TEST_F(ReportPageInBrowser, Prints) {
  const std::string page = apps::report_page(everything());
  std::string hidden = page;
  hidden.insert(hidden.find("</style>"), "canvas { visibility: hidden; }");
  const size_t without = printed(hidden).size();
  EXPECT_GT(without, 30000U);
  if (has_charts(page)) {
    EXPECT_GT(printed(page).size(), without + 10000) << without << ": "
                                                     << "the charts are missing on paper";
  }
}

}  // namespace
}  // namespace gs::test
