// browser.h - opens pages in headless Chromium.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/scratch_folder.h"

namespace gs::test {

/// Runs Chromium on a page in `folder` with `flags`; returns its standard output.
std::string chromium(const ScratchFolder& folder, const std::string& page, const std::string& flags);

/// True if Chromium is installed and can open a scratch file (one from a snap cannot read /tmp).
bool has_chromium();

/// Opens the page with `probe` (a <script> at its end) and returns the JSON that the probe passes to tellMeasured().
/// measuredOfPage() gives the common measurements: complaints (errors, warnings, refused requests), requested
/// resources, width and scroll, dark, the text with the worst contrast. `in_phone`: 400 pixels wide.
nlohmann::ordered_json measure_page(const std::string& page, const std::string& probe, const std::string& flags,
                                    bool in_phone = false);

/// Bytes of the PDF that Chromium prints of the page; the test fails if Chromium makes none.
std::string printed(const std::string& page);

/// Writes the page to $GRIDSTRIDE_KEEP_PAGES, if set, for inspection.
void keep_page(const std::string& name, const std::string& page);

}  // namespace gs::test
