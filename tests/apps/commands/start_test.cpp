// start_test.cpp - the libraries that a start of the program loads.
#include "tests/apps/program.h"

namespace gs::test {
namespace {

/// The dynamic linker's words about the files that it loads.
std::string loaded_by(const std::vector<std::string>& words) {
  const ScratchFolder folder;
  const Outcome outcome = run_program(folder.path(), words, [] { setenv("LD_DEBUG", "files", 1); });
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("calling init: "), std::string::npos) << "the dynamic linker said nothing";
  return outcome.err;
}

TEST(Start, LoadsNoLibraryOfPicturesOfFilesForOtherProgramsOrOfMpi) {
  const std::vector<std::vector<std::string>> commands{{"--version"}, {"train", "--help"}, tiny_run({"--quiet"})};
  for (const auto& words : commands)
    for (const char* library : {"libopencv_", "libgdal", "libgridstride_opencv", "libprotobuf",
                                "libgridstride_exchange", "libmpi", "libgridstride_mpi"})
      EXPECT_EQ(loaded_by(words).find(library), std::string::npos) << library << " by " << words[0];
}

}  // namespace
}  // namespace gs::test
