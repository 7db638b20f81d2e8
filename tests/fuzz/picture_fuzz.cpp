// picture_fuzz.cpp - the structure of a picture file, walked before it is decoded.
#include "engine/data/picture_form.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Kind = gs::PictureForm::Kind;
  const gs::PictureForm form = gs::picture_form({reinterpret_cast<const std::byte*>(data), size});
  const bool known = form.kind != Kind::unknown;
  gs::fuzz::demand(known || !form.fault.empty(), "a file of no known form without a fault");
  gs::fuzz::demand(known || !form.extents, "a size of no known form");
  gs::fuzz::demand(form.orientation >= 1 && form.orientation <= 8, "an orientation that EXIF has not");
  gs::fuzz::demand(form.pages >= 1 && form.bits >= 0, "a picture of no page");
  gs::fuzz::demand(form.fault.find('\n') == std::string::npos, "a fault of several lines");
  return 0;
}
