// profile_fuzz.cpp - profile.json: written and read again it is the same, and everything that shows a profile takes it.
#include "apps/profile/profile_diff.h"
#include "apps/profile/profile_json.h"
#include "apps/profile/profile_table.h"
#include "apps/profile/trace_events.h"
#include "engine/core/json_text.h"
#include "tests/fuzz/fuzz.h"

using namespace gs;
using namespace gs::apps;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Profile profile;
  if (!fuzz::taken([&] { profile = profile_from_json(parse_ordered_json(fuzz::text_of(data, size), "profile.json")); }))
    return 0;
  const std::string text = json_text(profile_to_json(profile));
  const Profile again = profile_from_json(parse_ordered_json(text, "again.json"));
  fuzz::demand(json_text(profile_to_json(again)) == text, "written and read, it is another profile");
  for (const int width : {0, 40, 200}) {
    (void)profile_report(profile, width);
    fuzz::taken([&] { (void)profile_diff(profile, again, width); });
  }
  (void)json_text(trace_events(profile, 10));
  return 0;
}
