// profile_links.cpp - looks for profile.html in a run's folder and in its profile-DEVICE.
#include "apps/report/profile_links.h"

#include <algorithm>

#include <fmt/format.h>

namespace gs::apps {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Found {
  std::string of;  ///< "while it trained", "on cpu"
  fs::path page;
};

std::vector<Found> profiles_in(const fs::path& run) {
  std::vector<Found> found;
  std::error_code error;
  const std::string_view prefix = "profile-";
  for (const fs::directory_entry& entry : fs::directory_iterator(run, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && fs::exists(entry.path() / "profile.html", error))
      found.push_back({"on " + name.substr(prefix.size()), entry.path() / "profile.html"});
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.of < b.of; });
  if (fs::exists(run / "profile.html", error)) found.insert(found.begin(), {"while it trained", run / "profile.html"});
  return found;
}

bool is_unreserved(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         std::string_view("-._~/").find(letter) != std::string_view::npos;
}

}  // namespace

std::string link_from(const fs::path& page_folder, const fs::path& file) {
  std::string link;
  for (const char letter : fs::relative(file, page_folder).generic_string())
    if (is_unreserved(letter))
      link += letter;
    else
      link += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
  return link;
}

std::optional<Json> profiles_block(const std::vector<SeededRun>& runs, const fs::path& page_folder) {
  Json links = Json::array();
  for (const SeededRun& run : runs)
    for (std::size_t seed = 0; seed < run.seeds.size(); ++seed)
      for (const Found& found : profiles_in(run.seeds[seed].folder))
        links.push_back(
            {{"text", fmt::format("{}{}, {}", run.name, run.seeds.size() > 1 ? fmt::format(", seed {}", seed + 1) : "",
                                  found.of)},
             {"href", link_from(page_folder, found.page)}});
  if (links.empty()) return std::nullopt;
  return Json{{"kind", "links"}, {"title", "Where the time of a step goes: profiles"}, {"links", links}};
}

}  // namespace gs::apps
