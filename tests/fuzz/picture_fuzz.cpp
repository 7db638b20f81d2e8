// picture_fuzz.cpp - the size that a picture's header declares, read before OpenCV decodes it.
#include "engine/data/declared_extents.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = gs::fuzz::text_of(data, size);
  const auto extents = gs::declared_extents({reinterpret_cast<const std::byte*>(data), size});
  const bool known = text.starts_with("\x89PNG") || text.starts_with("\xFF\xD8") || text.starts_with("BM");
  gs::fuzz::demand(known || !extents, "a size of no known format");
  return 0;
}
