// browser.h - pages in a real browser: Chromium without a window.
#pragma once
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/scratch_folder.h"

namespace gs::test {

/// Runs Chromium on a page in `folder` with `flags`; what it prints on standard output.
std::string chromium(const ScratchFolder& folder, const std::string& page, const std::string& flags);

/// Is there a Chromium that opens a file of ours? (One from a snap sees no /tmp.)
bool has_chromium();

/// Opens the page with `probe` (a <script> behind everything) in it and reads the JSON that the probe hands to
/// tellMeasured(); measuredOfPage() is what can be said of any page: complaints (errors, warnings, refused requests),
/// resources asked for, width and scroll, dark, the text of the worst contrast. `in_phone`: 400 pixels wide.
nlohmann::ordered_json measure_page(const std::string& page, const std::string& probe, const std::string& flags,
                                    bool in_phone = false);

/// The page as Chromium prints it: the bytes of a PDF. The test fails where it makes none.
std::string printed(const std::string& page);

/// With GRIDSTRIDE_KEEP_PAGES=FOLDER the pages stay there, to be looked at.
void keep_page(const std::string& name, const std::string& page);

}  // namespace gs::test
