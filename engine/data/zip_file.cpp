// zip_file.cpp - libzip follows the archive's directory, unpacks, and verifies checksums.
#include "engine/data/zip_file.h"

#include <fmt/format.h>

#include "engine/core/error.h"
#include "engine/core/input_file.h"
#if GRIDSTRIDE_WITH_LIBZIP
#include <zip.h>

#include "engine/core/printable.h"
#endif

namespace gs {

#if GRIDSTRIDE_WITH_LIBZIP

struct ZipFile::Archive {
  struct Close {
    void operator()(zip_t* archive) const { zip_discard(archive); }
  };
  std::unique_ptr<zip_t, Close> handle;
};

struct ZipFile::Reader::State {
  struct Close {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  std::string where;
  std::unique_ptr<zip_file_t, Close> handle;
};

ZipFile::ZipFile(const std::filesystem::path& path) : path_(path), archive_(std::make_unique<Archive>()) {
  const InputFile regular(path);  // libzip would wait for a FIFO
  int code = 0;
  archive_->handle.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive_->handle)
    throw UsageError(fmt::format("--data {}: a zip archive that is cut short or damaged", path.string()));
  const zip_int64_t count = zip_get_num_entries(archive_->handle.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t facts;
    zip_stat_init(&facts);
    constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(archive_->handle.get(), zip_uint64_t(i), 0, &facts) != 0 || (facts.valid & needed) != needed)
      throw UsageError(fmt::format("--data {}: the zip archive's directory is damaged", path.string()));
    constexpr zip_uint64_t largest_expansion = 1032;  // deflate's limit
    if (facts.size / largest_expansion > facts.comp_size)
      throw UsageError(fmt::format("--data {}: {} declares {} bytes; its {} packed ones cannot hold them",
                                   path.string(), printable(facts.name), facts.size, facts.comp_size));
    members_.push_back({facts.name, facts.size});
  }
}

ZipFile::Reader ZipFile::open(std::size_t member) const {
  auto state = std::make_unique<Reader::State>();
  state->where = fmt::format("{}: {}", path_.string(), printable(members_.at(member).name));
  state->handle.reset(zip_fopen_index(archive_->handle.get(), member, 0));
  if (!state->handle)
    throw UsageError(
        fmt::format("--data {} cannot be unpacked: {}", state->where, zip_strerror(archive_->handle.get())));
  return Reader(std::move(state));
}

void ZipFile::Reader::read(std::span<std::byte> to) {
  while (!to.empty()) {
    const zip_int64_t got = zip_fread(state_->handle.get(), to.data(), to.size());
    if (got <= 0) throw UsageError(fmt::format("--data {} is cut short or damaged", state_->where));
    to = to.subspan(std::size_t(got));
  }
}

void ZipFile::Reader::expect_end() {
  std::byte more{};
  const zip_int64_t got = zip_fread(state_->handle.get(), &more, 1);  // at the end libzip compares the checksum
  if (got != 0)
    throw UsageError(fmt::format("--data {} is {}", state_->where,
                                 got > 0 ? "longer than its header says" : "damaged: its checksum is wrong"));
}

#else

struct ZipFile::Archive {};
struct ZipFile::Reader::State {};

ZipFile::ZipFile(const std::filesystem::path& path) : path_(path) {
  throw UsageError(
      fmt::format("--data {}: .npz files need a build with libzip; unpacked, as .npy files in a folder, "
                  "they do not",
                  path.string()));
}
ZipFile::Reader ZipFile::open(std::size_t) const {
  return Reader(nullptr);
}
void ZipFile::Reader::read(std::span<std::byte>) {}
void ZipFile::Reader::expect_end() {}

#endif

ZipFile::~ZipFile() = default;
ZipFile::Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipFile::Reader::Reader(Reader&&) noexcept = default;
ZipFile::Reader::~Reader() = default;

}  // namespace gs
