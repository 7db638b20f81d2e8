// Synthetic fat binaries: selection of the PTX, and refusals.
#include "kernels/ptx/fat_binary.h"

#include "kernels/ptx/machine_code.h"

#include "tests/ptx/ptx_kernel.h"

namespace gs::test {
namespace {

struct FatBinary {
  std::vector<std::byte> bytes;

  FatBinary() {
    append(bytes, std::uint32_t(0xba55ed50));
    append(bytes, std::uint16_t(1));
    append(bytes, std::uint16_t(16));
    append(bytes, std::uint64_t(0));
  }
  template <class T>
  void set(std::size_t at, T value) {
    std::memcpy(&bytes[at], &value, sizeof value);
  }
  /// Kind 1 is PTX, 2 machine code. The text is padded with zeros to 8 bytes.
  FatBinary& entry(std::uint16_t kind, std::string text, std::uint32_t architecture = 0) {
    constexpr std::uint32_t header = 64;
    text.resize((text.size() + 8) / 8 * 8);
    const std::size_t begin = bytes.size();
    append(bytes, kind);
    append(bytes, std::uint16_t(0x101));
    append(bytes, header);
    append(bytes, std::uint64_t(text.size()));
    bytes.resize(begin + header);
    set(begin + 28, architecture);
    for (const char c : text) bytes.push_back(std::byte(c));
    set(8, std::uint64_t(bytes.size() - 16));
    return *this;
  }
};
std::string text_for(const std::string& target) {
  return ".version 9.0\n.target " + target + "\n.address_size 64\n";
}
::testing::AssertionResult refused(const FatBinary& binary, const std::string& why) {
  return refuses<ptx::PtxError>([&] { ptx::ptx_in(binary.bytes.data(), 90); }, {why});
}

TEST(PtxFatBinary, GivesTheNewestThatIsNotTooNew) {
  FatBinary binary;
  binary.entry(2, "machine code .target sm_90").entry(1, text_for("sm_80")).entry(1, text_for("sm_100"));
  binary.entry(1, text_for("sm_90a")).entry(1, text_for("sm_75"));
  EXPECT_EQ(ptx::ptx_in(binary.bytes.data(), 90), text_for("sm_90a")) << "without the padding";
  EXPECT_EQ(ptx::ptx_in(binary.bytes.data(), 89), text_for("sm_80"));
  EXPECT_EQ(ptx::ptx_in(binary.bytes.data(), 120), text_for("sm_100"));
  EXPECT_TRUE(refuses<ptx::PtxError>([&] { ptx::ptx_in(binary.bytes.data(), 70); },
                                     {"a kernel file has no PTX for sm_70 or older"}));
}
TEST(PtxFatBinary, RefusesWhatHasNoPtx) {
  EXPECT_TRUE(refused(FatBinary(), "a kernel file has no PTX for sm_90 or older"));
  EXPECT_TRUE(refused(FatBinary().entry(2, text_for("sm_90")), "a kernel file has no PTX for sm_90 or older"));
}
TEST(PtxFatBinary, RefusesCompressedPtx) {
  const std::string why = "the PTX of a kernel file is compressed: nvcc must be given --no-compress";
  EXPECT_TRUE(refused(FatBinary().entry(1, "\xf5\x0a.version 9.0"), why));
  EXPECT_TRUE(refused(FatBinary().entry(1, "\xf5\x0a" + text_for("sm_90")), why))
      << "a compressed text's first words can be read";
  const FatBinary both = FatBinary().entry(1, "\xf5").entry(1, text_for("sm_80"));
  EXPECT_EQ(ptx::ptx_in(both.bytes.data(), 90), text_for("sm_80"));
}
TEST(PtxFatBinary, GivesTheMachineCodeOfOneArchitecture) {
  FatBinary binary;
  binary.entry(1, text_for("sm_90"), 90)
      .entry(2,
             "\x7f"
             "ELF for 80",
             80)
      .entry(2,
             "\x7f"
             "ELF for 90",
             90)
      .entry(2, "compressed", 120);
  EXPECT_EQ(ptx::machine_code_in(binary.bytes.data(), 90).substr(4, 7), " for 90");
  EXPECT_EQ(ptx::machine_code_in(binary.bytes.data(), 80).substr(4, 7), " for 80");
  EXPECT_TRUE(ptx::machine_code_in(binary.bytes.data(), 89).empty());
  EXPECT_TRUE(ptx::machine_code_in(binary.bytes.data(), 120).empty()) << "only ELF files can be read";
}
TEST(PtxMachineCode, WithoutItNoRegistersAreKnown) {
  EXPECT_TRUE(ptx::registers_in({}).empty());
  EXPECT_TRUE(refuses<ptx::PtxError>([] { ptx::registers_in("no ELF file, but as long as the header of one is, 64"); },
                                     {"the machine code of a kernel file is damaged"}));
}
TEST(PtxFatBinary, RefusesWhatIsDamaged) {
  const FatBinary good = FatBinary().entry(1, text_for("sm_90"));
  FatBinary other = good;
  other.set(0, std::uint32_t(1));
  EXPECT_TRUE(refused(other, "unknown fat binary format"));
  const std::string damaged = "a fat binary is damaged";
  other = good, other.set(16 + 4, std::uint32_t(0));  // a header size of 0 would loop forever
  EXPECT_TRUE(refused(other, damaged));
  other = good, other.set(16 + 4, std::uint32_t(1) << 20);
  EXPECT_TRUE(refused(other, damaged));
  other = good, other.set(16 + 8, ~std::uint64_t(0));
  EXPECT_TRUE(refused(other, damaged));
  other = good, other.set(8, std::uint64_t(8));
  EXPECT_TRUE(refused(other, damaged));
  other = good, other.set(6, std::uint16_t(0));
  EXPECT_TRUE(refused(other, damaged));
}

}  // namespace
}  // namespace gs::test
