// stored_sizes.cpp - by what the files declare; no picture is decoded.
#include "engine/data/stored_sizes.h"

#include "engine/core/error.h"
#include "engine/core/first_exception.h"
#include "engine/core/input_file.h"
#include "engine/data/picture_form.h"

namespace gs {
namespace {

ImageSize stored_size(const std::filesystem::path& path) {
  const auto extents = picture_form(read_file(path)).extents;
  return extents ? ImageSize(int(extents->height), int(extents->width)) : ImageSize(0);
}

}  // namespace

SizeCounts stored_sizes(const DataSplits& data) {
  SizeCounts counts;
  for (const Dataset* split : {&data.train, &data.validation}) {
    if (split->files.empty()) {
      counts[{split->h, split->w}] += split->n;
      continue;
    }
    std::vector<ImageSize> sizes(split->files.size(), 0);
    FirstException failure;
#pragma omp parallel for schedule(dynamic, 16)
    for (std::size_t i = 0; i < sizes.size(); ++i)
      failure.during([&] {
        try {
          sizes[i] = stored_size(std::filesystem::path(data.source) / split->files[i]);
        } catch (const Error&) {
        }
      });
    failure.rethrow();
    for (const ImageSize& size : sizes)
      if (size.h > 0) ++counts[{size.h, size.w}];
  }
  return counts;
}

int grey_images(const DataSplits& data) {
  int grey = 0;
  for (const Dataset* split : {&data.train, &data.validation})
    if (split->stream)
      grey += split->stream->grey;
    else
      for (int i = 0; i < split->n; ++i)
        grey += split->c == 1 || is_grey({&split->images[std::size_t(i) * split->image_size()], split->image_size()});
  return grey;
}

}  // namespace gs
