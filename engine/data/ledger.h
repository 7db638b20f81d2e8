// ledger.h - the files of a source of data: seen, used, and passed over for a reason.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gs {

/// A file or folder that is there and gives no image.
struct PassedOver {
  std::string file, why;
};

/// Every file that a reader met. A reader that leaves a file out says so here. Empty for drawn images and packed files.
struct Ledger {
  std::size_t seen = 0, used = 0;
  std::vector<PassedOver> passed_over;
};

/// Reasons that are recorded without a warning: such a file is not meant as an image.
inline constexpr std::string_view made_by_system = "hidden, or made by the system", text_file = "a text file",
                                  other_split = "a split that is left alone";

/// Counts a file as seen, and records why it is passed over. Its name is relative to `root`, a folder's ends in '/'.
void pass_over(Ledger&, const std::filesystem::path& file, const std::filesystem::path& root, std::string_view why);

/// The files that were passed over for one reason.
struct FilesOfReason {
  std::string_view why;
  std::vector<std::string_view> files;
};

/// By reason, in the order in which they were met; views of the ledger.
std::vector<FilesOfReason> by_reason(const Ledger&);

/// One line by reason, with the first names: "--data photos: 6 files are passed over: a link to nothing: a/1.jpg,
/// a/2.jpg and 2 more; ...". Empty if there is nothing to warn of.
std::string summary_of(const Ledger&, const std::string& source);

}  // namespace gs
