// zip_file.h - the members of a zip archive, through libzip.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gs {

/// An archive that is open for reading. Throws UsageError as "--data FILE: ...".
class ZipFile {
 public:
  struct Member {
    std::string name;
    std::uint64_t bytes = 0;  ///< as the archive declares them: check before allocating
  };

  /// Throws also if this build has no libzip, or if a member declares more bytes than its packed ones can hold.
  explicit ZipFile(const std::filesystem::path&);
  ~ZipFile();

  const std::vector<Member>& members() const { return members_; }

  /// The bytes of one member, in order. Use it while the archive is open.
  class Reader {
   public:
    ~Reader();
    Reader(Reader&&) noexcept;
    void read(std::span<std::byte>);  ///< throws UsageError if the member ends before or cannot be unpacked
    void expect_end();                ///< throws UsageError unless the member ends here and its checksum is right

   private:
    friend ZipFile;
    struct State;
    explicit Reader(std::unique_ptr<State>);
    std::unique_ptr<State> state_;
  };
  Reader open(std::size_t member) const;

 private:
  struct Archive;
  std::filesystem::path path_;
  std::unique_ptr<Archive> archive_;
  std::vector<Member> members_;
};

}  // namespace gs
