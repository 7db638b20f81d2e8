// browser.cpp - Chromium's command line; probes return results in an attribute of the page, which --dump-dom prints.
#include "tests/apps/browser.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace gs::test {
namespace {

// Inserted before everything else in the page.
const char* const listening = R"js(<script>
window.complaints = [];
addEventListener("error", event => complaints.push("error: " + event.message));
addEventListener("unhandledrejection", event => complaints.push("rejection: " + event.reason));
document.addEventListener("securitypolicyviolation", event => complaints.push("policy: " + event.violatedDirective + " " + event.blockedURI));
for (const name of ["error", "warn"]) console[name] = (...words) => complaints.push(name + ": " + words.join(" "));
window.requestAnimationFrame = step => setTimeout(() => step(performance.now()), 0);  // --dump-dom shows no frames
window.alert = () => complaints.push("a script in the data ran");

// For probes: measurements of any page, displayed colours, and the return of results to the test.
const pixel = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
function seen(colour) {
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = colour;
  pixel.fillRect(0, 0, 1, 1);
  return [...pixel.getImageData(0, 0, 1, 1).data];
}
function luminance(rgb) {
  const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
  const [x, y] = [luminance(a.slice(0, 3)), luminance(b.slice(0, 3))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
function behind(element) {
  for (let at = element; at; at = at.parentElement) {
    const colour = seen(getComputedStyle(at).backgroundColor);
    if (colour[3] === 255) return colour;
  }
  return [255, 255, 255, 255];
}
function measuredOfPage() {
  const texts = [...document.querySelectorAll("main *:not(svg *)")].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
  const ratios = texts.map(e => [contrast(seen(getComputedStyle(e).color), behind(e)), e.className + ":" + e.textContent.slice(0, 20)]);
  ratios.sort((a, b) => a[0] - b[0]);
  return {complaints, resources: performance.getEntriesByType("resource").map(entry => entry.name), width: innerWidth,
          scroll: document.documentElement.scrollWidth, dark: matchMedia("(prefers-color-scheme: dark)").matches, texts: texts.length,
          worst: ratios[0], page: seen(getComputedStyle(document.body).backgroundColor), title: document.title,
          heading: document.querySelector("h1").textContent};
}
function tellMeasured(result) {
  const text = "[" + encodeURIComponent(JSON.stringify(result)) + "]";
  parent === self ? document.body.setAttribute("data-measured", text) : parent.postMessage(text, "*");
}
</script>)js";

std::string with_probe(std::string page, const std::string& probe) {
  page.insert(page.find("<title>"), listening);
  return page.insert(page.rfind("</body>"), probe);
}

// Windows are at least 500 pixels wide, so the page is in a narrower frame, which passes on its measurements.
const char* const phone =
    R"html(<!DOCTYPE html><body><iframe src="page.html" style="width: 400px; height: 860px; border: 0"></iframe>
<script>addEventListener("message", event => document.body.setAttribute("data-measured", event.data))</script>)html";

}  // namespace

std::string chromium(const ScratchFolder& folder, const std::string& page, const std::string& flags) {
  const std::string at = folder.path().string();
  // /dev/shm may be tiny in a container; separate profiles allow several instances at once.
  const std::string command =
      "timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run" +
      (" --hide-scrollbars --user-data-dir='" + at + "/profile' " + flags) + " 'file://" + at + "/" + page + "' >'" +
      at + "/out' 2>'" + at + "/err'";
  const int status = std::system(command.c_str());
  if (status != 0) return "chromium ended with " + std::to_string(status) + "\n" + text_of(folder / "err");
  return text_of(folder / "out");
}

bool has_chromium() {
  static const bool has = [] {
    if (std::system("command -v chromium >/dev/null 2>&1") != 0) return false;
    const ScratchFolder folder;
    write_text(folder / "page.html", "<p>it opens</p>");
    return chromium(folder, "page.html", "--dump-dom").find("it opens") != std::string::npos;
  }();
  return has;
}

nlohmann::ordered_json measure_page(const std::string& page, const std::string& probe, const std::string& flags,
                                    bool in_phone) {
  const ScratchFolder folder;
  write_text(folder / "page.html", with_probe(page, probe));
  if (in_phone) write_text(folder / "phone.html", phone);
  const std::string dom =
      chromium(folder, in_phone ? "phone.html" : "page.html", "--dump-dom --virtual-time-budget=20000 " + flags);
  const std::string before = "data-measured=\"[";
  const size_t at = dom.find(before);
  if (at == dom.npos) {
    ADD_FAILURE() << "the probe did not run\n" << dom.substr(0, 2000) << text_of(folder / "err");
    return {};
  }
  std::string json;
  for (size_t from = at + before.size(); dom[from] != ']'; ++from) {
    if (dom[from] != '%')
      json += dom[from];
    else
      json += char(std::stoi(dom.substr(from + 1, 2), nullptr, 16)), from += 2;
  }
  return nlohmann::ordered_json::parse(json);
}

std::string printed(const std::string& page) {
  const ScratchFolder folder;
  write_text(folder / "page.html", page);
  chromium(folder, "page.html", "--virtual-time-budget=20000 --print-to-pdf='" + (folder / "page.pdf").string() + "'");
  const std::string pdf = text_of(folder / "page.pdf");
  EXPECT_EQ(pdf.substr(0, 5), "%PDF-") << text_of(folder / "err");
  return pdf;
}

void keep_page(const std::string& name, const std::string& page) {
  if (const char* folder = std::getenv("GRIDSTRIDE_KEEP_PAGES")) write_text(std::filesystem::path(folder) / name, page);
}

}  // namespace gs::test
