// profile_page_test.cpp - the profile page in a real browser: it draws and sorts, reports no error, requests nothing,
// fits a phone, has a readable dark mode, and prints.
#include "apps/profile/profile_page.h"

#include <gtest/gtest.h>

#include "apps/profile/profile_json.h"
#include "tests/apps/browser.h"
#include "tests/support/made_profile.h"

namespace gs::test {
namespace {

using nlohmann::ordered_json;

const std::string nasty = "</script><b>bold</b><img src=x onerror=alert(1)> \"'&amp; {{data}} ünï \\u003c";

Profile with_nasty_names(Profile p) {
  p.model = p.source_note = p.device_description = nasty;
  p.ops[2].name = p.ops[2].implementation = nasty;
  p.flags.push_back(nasty);
  return p;
}

std::string page_of(const Profile& p, const std::string& name) {
  const std::string page = apps::profile_page(apps::profile_to_json(p));
  keep_page(name, page);
  return page;
}

// Clicks titles and an op, and returns the state of the page.
const char* const probe = R"js(<script>
setTimeout(() => {
  let result;
  try {
    const table = document.querySelector("#table table"), rows = () => [...table.tBodies[0].rows].map(row => row.cells[0].textContent);
    const press = title => { for (const b of table.querySelectorAll("thead button")) if (b.textContent === title) b.click(); };
    const boxes = [...document.querySelectorAll("#roofline text, #timeline text")].map(text => text.getBoundingClientRect());
    result = {...measuredOfPage(), markup: document.querySelectorAll("main img, main script, #table b, header b b").length,
      points: document.querySelectorAll("#roofline circle").length, peaks: document.querySelectorAll("#roofline line.peak").length,
      bars: document.querySelectorAll("#timeline rect").length, lanes: new Set([...document.querySelectorAll("#timeline rect")].map(r => r.getAttribute("y"))).size,
      empty_texts: boxes.filter(box => !box.width || !box.height).length, advice: document.querySelectorAll("#advice li p").length,
      titles: [...table.querySelectorAll("thead button")].map(b => b.textContent), foot: [...(table.tFoot?.rows ?? [])].map(row => row.cells[0].textContent),
      told: [...document.querySelectorAll("#roofline title")].map(title => title.textContent),
      busy: [...table.tBodies[0].rows].map(row => row.cells[[...table.querySelectorAll("thead button")].findIndex(b => b.textContent === "threads busy")]?.textContent),
      tables: document.querySelectorAll("#table table").length, before: rows()};
    press("median µs");
    result.down = rows();
    press("median µs");
    result.up = rows();
    press("op");
    result.by_name = rows();
    result.sorted = [...table.querySelectorAll("[aria-sort]")].map(h => h.textContent + " " + h.getAttribute("aria-sort"));
    document.querySelector("#timeline rect")?.dispatchEvent(new MouseEvent("click"));
    result.chosen = [...document.querySelectorAll(".chosen")].map(node => node.localName).sort();
    const zoom = document.querySelectorAll("#timeline .choices button")[1], wide = () => Number(document.querySelector("#timeline svg").getAttribute("width"));
    if (zoom) {
      const narrow = wide();
      zoom.click();
      result.zoomed = Math.round(wide() / narrow);
    }
    result.chosen_after_zoom = [...document.querySelectorAll(".chosen")].map(node => node.localName).sort();
    result.scroll_after_zoom = document.documentElement.scrollWidth;
  } catch (error) { result = {complaints: [String(error)]}; }
  tellMeasured(result);
}, 200);
</script>)js";

// Clicks a point and checks that its row, which was out of view, comes into view.
const char* const low_window_probe = R"js(<script>
setTimeout(() => {
  let result;
  try {
    const row = document.querySelector("#table table").tBodies[0].rows[1], seen = () => { const box = row.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; };
    result = {...measuredOfPage(), marks: document.querySelector("#advice .marks").textContent, before: seen()};
    document.documentElement.style.scrollBehavior = "auto";  // no smooth scrolling
    document.querySelector("#roofline circle").dispatchEvent(new MouseEvent("click"));
    result.after = row.classList.contains("chosen") && seen();
  } catch (error) { result = {complaints: [String(error)]}; }
  tellMeasured(result);
}, 200);
</script>)js";

// Imitates printing: fires beforeprint and applies the print rules at the width of A4 between its margins.
const char* const paper_probe = R"js(<script>
setTimeout(() => {
  let result;
  try {
    document.querySelectorAll("#timeline .choices button")[1]?.click();  // zoomed in, as a user may leave it
    dispatchEvent(new Event("beforeprint"));
    for (const sheet of document.styleSheets)
      for (const rule of sheet.cssRules)
        if (rule instanceof CSSMediaRule) rule.media.mediaText = rule.media.mediaText === "print" ? "all" : "not all";
    document.body.style.width = "688px";
    const box = node => node.getBoundingClientRect(), shown = node => node.checkVisibility() && box(node).width > 0;
    const right = box(document.querySelector("main")).right, drawings = [...document.querySelectorAll(".drawing svg")];
    const outside = (node, edge) => shown(node) && box(node).right > edge + 0.5;
    result = {...measuredOfPage(), drawings: drawings.length,
      outside: [...document.querySelectorAll("main *:not(svg *)")].filter(node => outside(node, right)).map(node => node.localName + " " + node.textContent.slice(0, 40)),
      cut: drawings.flatMap(svg => [...svg.querySelectorAll("text, rect, circle")].filter(node => outside(node, box(svg).right))).length,
      letters: Math.min(...drawings.map(svg => 12 * box(svg).width / svg.viewBox.baseVal.width)),
      buttons: [...document.querySelectorAll("button")].filter(shown).length,
      asks: [...document.querySelectorAll("p")].filter(p => shown(p) && /\b(press|point at)\b/i.test(p.textContent)).length,
      heads: [...document.querySelectorAll("#table thead th")].map(head => getComputedStyle(head, "::before").content)};
    document.body.style.width = "";
    dispatchEvent(new Event("afterprint"));
    result.after = drawings.length ? Math.round(document.querySelector("#timeline svg").viewBox.baseVal.width / document.querySelector("#timeline .drawing").clientWidth) : 4;
  } catch (error) { result = {complaints: [String(error)]}; }
  tellMeasured(result);
}, 200);
</script>)js";

void expect_sound(const ordered_json& seen) {
  ASSERT_TRUE(seen.contains("points")) << seen.dump(1);
  EXPECT_TRUE(seen["complaints"].empty()) << seen["complaints"].dump(1);
  EXPECT_TRUE(seen["resources"].empty()) << seen["resources"].dump(1);
  EXPECT_EQ(seen["markup"], 0) << "markup in a name became markup in the page";
  EXPECT_EQ(seen["empty_texts"], 0);
  EXPECT_LE(seen["scroll"], seen["width"]);
  EXPECT_LE(seen["scroll_after_zoom"], seen["width"]);
  EXPECT_GE(seen["worst"][0].get<double>(), 4.5) << seen["worst"].dump();
}

TEST(ProfilePage, HoldsItsDataAsText) {
  const Profile p = with_nasty_names(made_profile());
  const std::string page = page_of(p, "nasty.html");
  const std::size_t data = page.find("id=\"profile-data\">") + 18, end = page.find("</script>", data);
  EXPECT_EQ(ordered_json::parse(page.substr(data, end - data)), apps::profile_to_json(p));
  EXPECT_EQ(page.substr(data, end - data).find('<'), std::string::npos);
  EXPECT_EQ(page.find("{{title}}"), page.npos);
}

class ProfilePageInBrowser : public ::testing::Test {
  void SetUp() override {
    if (!has_chromium()) GTEST_SKIP() << "no chromium that opens files is installed";
  }
};

TEST_F(ProfilePageInBrowser, DrawsSortsAndAsksForNothing) {
  const ordered_json seen = measure_page(page_of(made_profile(), "cpu.html"), probe, "--window-size=1280,900");
  expect_sound(seen);
  EXPECT_EQ(seen["points"], 4);  // gather does no arithmetic
  EXPECT_EQ(seen["peaks"], 2);   // copy and fp32
  EXPECT_EQ(seen["bars"], 5);
  EXPECT_EQ(seen["lanes"], 1);
  EXPECT_EQ(seen["advice"], 3);
  EXPECT_EQ(seen["before"],
            (ordered_json{"gather", "conv1 forward", "pool1 forward", "conv1 filter gradient", "update"}));
  EXPECT_EQ(seen["down"],
            (ordered_json{"conv1 forward", "conv1 filter gradient", "pool1 forward", "update", "gather"}));
  EXPECT_EQ(seen["up"], (ordered_json{"gather", "update", "pool1 forward", "conv1 filter gradient", "conv1 forward"}));
  EXPECT_EQ(seen["by_name"],
            (ordered_json{"conv1 filter gradient", "conv1 forward", "gather", "pool1 forward", "update"}));
  EXPECT_EQ(seen["sorted"], ordered_json{"op ascending"});
  EXPECT_EQ(seen["foot"], (ordered_json{"all ops", "+ gaps between ops", "+ host time", "+ remainder", "= step"}));
  EXPECT_EQ(seen["chosen"], (ordered_json{"rect", "tr"}));  // gather: its bar and its row
  EXPECT_EQ(seen["chosen_after_zoom"], seen["chosen"]);
  EXPECT_EQ(seen["zoomed"], 4);
}

TEST_F(ProfilePageInBrowser, ShowsHowBusyThreadsAre) {
  Profile p = made_profile();
  p.ops[1].thread_us = {10, 40, 20, 30, 5, 5, 5, 5, 5};
  const ordered_json seen = measure_page(page_of(p, "busy.html"), probe, "--window-size=1280,900");
  expect_sound(seen);
  EXPECT_EQ(seen["busy"], (ordered_json{"", "35 %", "", "88 %", ""}));  // 13.9 of 40, 210 of 240
  EXPECT_TRUE(seen["told"][0].get<std::string>().ends_with(", threads busy 1.00 to 0.13")) << seen["told"];
  EXPECT_TRUE(seen["told"][1].get<std::string>().ends_with(", threads busy 1.00 / 0.75")) << seen["told"];
  EXPECT_EQ(seen["told"][2].get<std::string>().find("busy"), std::string::npos) << seen["told"];
}

TEST_F(ProfilePageInBrowser, ShowsAGpusKernelsAndBranches) {
  const ordered_json seen = measure_page(page_of(made_gpu_profile(), "gpu.html"), probe, "--window-size=1280,900");
  expect_sound(seen);
  EXPECT_EQ(seen["peaks"], 4);  // copy, fp32, tf32, bf16
  EXPECT_EQ(seen["lanes"], 2);
  EXPECT_EQ(seen["tables"], 2);
  const auto titles = seen["titles"].get<std::vector<std::string>>();
  for (const char* title : {"kernels", "tensor cores"})
    EXPECT_NE(std::find(titles.begin(), titles.end(), title), titles.end()) << title;
}

TEST_F(ProfilePageInBrowser, ShowsTheSimulatorsCounts) {
  const ordered_json seen = measure_page(page_of(made_counts(), "sim.html"), probe, "--window-size=1280,900");
  expect_sound(seen);
  EXPECT_EQ(seen["points"], 0);
  EXPECT_EQ(seen["tables"], 2);  // ops, source lines
  EXPECT_EQ(seen["advice"], 2);
}

TEST_F(ProfilePageInBrowser, ShowsNothingOfMemoryThatWasNotCounted) {
  Profile p = made_counts();
  for (OpProfile& op : p.ops) {
    op.counts.emplace();
    op.counts->blocks = 7, op.counts->threads = 224;
  }
  const ordered_json seen = measure_page(page_of(p, "uncounted.html"), probe, "--window-size=1280,900");
  expect_sound(seen);
  EXPECT_EQ(seen["advice"], 0);
  EXPECT_EQ(seen["titles"], (ordered_json{"op", "implementation", "blocks", "threads", "barriers"}));
}

TEST_F(ProfilePageInBrowser, ARowComesIntoViewWhenItsPointIsPressed) {
  Profile p = made_profile();
  p.run = "runs/a";
  p.sums.overlap_us = 30;
  // In a low window the table is out of view.
  const ordered_json seen = measure_page(page_of(p, "low.html"), low_window_probe, "--window-size=1280,400");
  ASSERT_TRUE(seen.contains("before")) << seen.dump(1);
  EXPECT_TRUE(seen["complaints"].empty()) << seen["complaints"].dump(1);
  EXPECT_EQ(seen["before"], false);
  EXPECT_EQ(seen["after"], true);
  EXPECT_EQ(seen["heading"], "lenet (runs/a), base 32, batch 8");
  const auto marks = seen["marks"].get<std::string>();
  EXPECT_NE(marks.find("forward 548.0 µs, 54.8 %"), std::string::npos) << marks;  // share of the wall time, 1,000 us
  EXPECT_NE(marks.find("at the same time, counted twice: 30.0 µs, 3.0 %"), std::string::npos) << marks;
}

TEST_F(ProfilePageInBrowser, NamesAreText) {
  const ordered_json seen =
      measure_page(page_of(with_nasty_names(made_gpu_profile()), "nasty.html"), probe, "--window-size=1280,900");
  expect_sound(seen);
  EXPECT_EQ(seen["heading"].get<std::string>(), nasty + ", base 32, batch 8");
  EXPECT_EQ(seen["before"][2].get<std::string>(), nasty);
}

TEST_F(ProfilePageInBrowser, FitsAPhone) {
  const ordered_json seen = measure_page(page_of(made_gpu_profile(), "gpu.html"), probe, "--window-size=800,900", true);
  expect_sound(seen);
  EXPECT_EQ(seen["width"], 400);
}

TEST_F(ProfilePageInBrowser, CanBeReadInTheDark) {
  const ordered_json seen = measure_page(page_of(made_profile(), "cpu.html"), probe,
                                         "--window-size=1280,900 --blink-settings=preferredColorScheme=0");
  expect_sound(seen);
  EXPECT_EQ(seen["dark"], true);
  EXPECT_LT(seen["page"][0], 64);
}

TEST_F(ProfilePageInBrowser, OnPaperNothingIsCutOffAndNothingAsksToBePressed) {
  for (const auto& [profile, drawings] :
       {std::pair{made_profile(), 2}, {with_nasty_names(made_gpu_profile()), 2}, {made_counts(), 0}}) {
    SCOPED_TRACE(profile.device);
    const ordered_json seen = measure_page(page_of(profile, "paper.html"), paper_probe,
                                           "--window-size=1280,900 --blink-settings=preferredColorScheme=0");
    ASSERT_TRUE(seen.contains("outside")) << seen.dump(1);
    EXPECT_TRUE(seen["complaints"].empty()) << seen["complaints"].dump(1);
    EXPECT_EQ(seen["drawings"], drawings);
    EXPECT_EQ(seen["outside"], ordered_json::array());
    EXPECT_EQ(seen["cut"], 0);
    if (drawings > 0) {
      EXPECT_GE(seen["letters"].get<double>(), 11.5) << "of 12 pixels on the screen";
    }
    EXPECT_EQ(seen["buttons"], 0);
    EXPECT_EQ(seen["asks"], 0);
    EXPECT_EQ(seen["heads"][0], "\"op\"");
    EXPECT_EQ(seen["dark"], true);
    EXPECT_GT(seen["page"][0], 240) << "paper is light";
    EXPECT_GE(seen["worst"][0].get<double>(), 4.5) << seen["worst"].dump();
    EXPECT_EQ(seen["after"], 4) << "zoomed in again afterwards";
  }
}

TEST_F(ProfilePageInBrowser, Prints) {
  const std::string page = page_of(made_profile(), "cpu.html");
  std::string hidden = page;
  hidden.insert(hidden.find("</style>"), "svg { visibility: hidden; }");
  const std::string pdf = printed(page), without = printed(hidden);
  EXPECT_GT(pdf.size(), without.size() + 5000) << "the drawings are missing on paper";
  int pages = 0;
  for (std::size_t at = pdf.find("/Type /Page\n"); at != pdf.npos; at = pdf.find("/Type /Page\n", at + 1)) ++pages;
  EXPECT_GE(pages, 2);
  EXPECT_LE(pages, 3);
}

TEST_F(ProfilePageInBrowser, ShowsAnEmptyProfile) {
  expect_sound(measure_page(page_of(Profile(), "empty.html"), probe, "--window-size=800,900", true));
}

}  // namespace
}  // namespace gs::test
