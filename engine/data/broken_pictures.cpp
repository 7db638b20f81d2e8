// broken_pictures.cpp - by the faults that decoding found.
#include "engine/data/broken_pictures.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/core/error.h"

namespace gs {
namespace {

/// Names the broken files in the ledger; throws unless they may be skipped.
void refuse_or_skip(FolderListing& listing, const std::vector<std::string>& faults, const ReaderContext& context) {
  const std::vector<std::filesystem::path> files = paths_of(listing);
  std::string first;
  std::size_t broken = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& fault = faults[i];
    if (fault.empty()) continue;
    if (broken++ == 0) first = fault;
    const std::string name = files[i].string() + " ";
    listing.ledger.passed_over.push_back({files[i].lexically_relative(context.request.data).generic_string(),
                                          fault.starts_with(name) ? fault.substr(name.size()) : fault});
  }
  if (broken == 0) return;
  const std::string more = broken > 1 ? fmt::format(" (and {} more)", broken - 1) : "";
  if (!context.request.skip_broken)
    throw UsageError(fmt::format("--data: {}{}; mend or remove it, or use --skip-broken", first, more));
  if (context.request.takes_ledger) return;
  context.warning(fmt::format("skipped {} broken image{}: {}{}", broken, broken == 1 ? "" : "s", first, more));
}

/// A class may not lose its last training picture to --skip-broken.
void refuse_lost_class(const FolderListing& listing, const std::vector<std::string>& faults) {
  std::vector<bool> trains(listing.classes.size());
  for (std::size_t i = 0; i < listing.train.size(); ++i)
    if (faults[i].empty()) trains[std::size_t(listing.train[i].label)] = true;
  for (std::size_t i = 0; i < listing.train.size(); ++i)
    if (const auto label = std::size_t(listing.train[i].label); !trains[label])
      throw UsageError(fmt::format("--data: all training pictures of the class '{}' are broken; the first: {}",
                                   listing.classes[label], faults[i]));
}

std::vector<ImageFile> without_fault(const std::vector<ImageFile>& files, const std::string* faults) {
  std::vector<ImageFile> whole;
  for (std::size_t i = 0; i < files.size(); ++i)
    if (faults[i].empty()) whole.push_back(files[i]);
  return whole;
}

}  // namespace

std::vector<std::filesystem::path> paths_of(const FolderListing& listing) {
  std::vector<std::filesystem::path> paths;
  for (const std::vector<ImageFile>* files : {&listing.train, &listing.validation})
    for (const ImageFile& file : *files) paths.push_back(file.path);
  return paths;
}

void leave_out_broken(FolderListing& listing, const std::vector<std::string>& faults, const ReaderContext& context) {
  refuse_or_skip(listing, faults, context);
  refuse_lost_class(listing, faults);
  const std::size_t trained = listing.train.size();
  listing.train = without_fault(listing.train, faults.data());
  listing.validation = without_fault(listing.validation, faults.data() + trained);
}

}  // namespace gs
