// faults.cpp - a library to preload (LD_PRELOAD): counts the calls that change files under a folder, and lets one go
// wrong.
//
//   GRIDSTRIDE_FAULT_FOLDER   counted are calls on files below this folder
//   GRIDSTRIDE_FAULT_AT       the call that goes wrong, counted from 1; 0: none
//   GRIDSTRIDE_FAULT          kill: the process is killed, a write after half of its bytes; else an errno, which the
//                             call and all later ones return (a full disk stays full)
//   GRIDSTRIDE_FAULT_ONCE     if set: the errno is for that call only
//   GRIDSTRIDE_FAULT_COUNT    a file outside the folder, to which the number of calls is written at exit
//   GRIDSTRIDE_FAULT_SHARED   a file outside the folder, of eight bytes, all zero: the processes that the first one
//                             starts count, too, and fail together; else they go without faults
//   GRIDSTRIDE_FAULT_LOCKS    if set: no file system has locks
//   GRIDSTRIDE_FAULT_SPAWN    the process that cannot be started, counted from 1: EAGAIN
//   GRIDSTRIDE_FAULT_THREADS  if set: no thread can be started: EAGAIN
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

namespace {

/// In this process, or in a file that all of them have mapped.
std::atomic<long>& calls() {
  static std::atomic<long> own = 0;
  static std::atomic<long>* const counter = [] {
    const char* const file = getenv("GRIDSTRIDE_FAULT_SHARED");
    const int opened = file ? static_cast<int>(syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC)) : -1;
    if (opened < 0) return &own;
    void* const memory = mmap(nullptr, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
    syscall(SYS_close, opened);
    return memory == MAP_FAILED ? &own : static_cast<std::atomic<long>*>(memory);
  }();
  return *counter;
}

thread_local bool inside = false;  ///< in this library: its own calls are not counted

const std::string& folder() {
  static const std::string name = getenv("GRIDSTRIDE_FAULT_FOLDER") ? getenv("GRIDSTRIDE_FAULT_FOLDER") : "";
  return name;
}

long fault_at() {
  static const long at = getenv("GRIDSTRIDE_FAULT_AT") ? atol(getenv("GRIDSTRIDE_FAULT_AT")) : 0;
  return at;
}

/// 0: the process is to be killed.
int fault_errno() {
  static const char* const fault = getenv("GRIDSTRIDE_FAULT");
  return !fault || strcmp(fault, "kill") == 0 ? 0 : atoi(fault);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

extern const bool first;

bool counts(const char* path) {
  static const bool shared = getenv("GRIDSTRIDE_FAULT_SHARED") != nullptr;
  if (folder().empty() || inside || !(first || shared)) return false;
  std::string absolute = path;
  if (path[0] != '/') {
    char here[4096];
    if (!getcwd(here, sizeof here)) return false;
    absolute = std::string(here) + "/" + path;
  }
  return absolute.compare(0, folder().size(), folder()) == 0;
}

bool counts(int file) {
  char path[4096];
  const ssize_t length = readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = 0;
  return counts(path);
}

/// True if this call must fail; errno is set. Kills the process if that is asked for, after `half`.
template <class Half>
bool goes_wrong(Half half) {
  const long number = ++calls();
  static const bool once = getenv("GRIDSTRIDE_FAULT_ONCE") != nullptr;
  if (fault_at() == 0 || number < fault_at() || (once && number > fault_at())) return false;
  if (fault_errno() == 0) {
    half();
    kill(getpid(), SIGKILL);
  }
  errno = fault_errno();
  return true;
}
bool goes_wrong() {
  return goes_wrong([] {});
}

/// It remains the first when it executes itself again.
bool is_first() {
  const char* const first = getenv("GRIDSTRIDE_FAULT_PROCESS");
  if (first) return atol(first) == getpid();
  setenv("GRIDSTRIDE_FAULT_PROCESS", std::to_string(getpid()).c_str(), 1);
  return true;
}
const bool first = is_first();

struct Report {
  ~Report() {
    inside = true;
    if (!first) return;
    if (const char* file = getenv("GRIDSTRIDE_FAULT_COUNT"))
      if (FILE* out = fopen(file, "w")) {
        fprintf(out, "%ld\n", calls().load());
        fclose(out);
      }
  }
} report;

bool writes(int flags) {
  return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
}

/// `more`: the mode, if the flags ask for one.
int open_or_fail(const char* name, const char* path, int flags, va_list more) {
  const mode_t mode = (flags & O_CREAT) ? va_arg(more, mode_t) : 0;
  if (writes(flags) && counts(path) && goes_wrong()) return -1;
  return next<int(const char*, int, ...)>(name)(path, flags, mode);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int file = open_or_fail("open", path, flags, more);
  va_end(more);
  return file;
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int file = open_or_fail("open64", path, flags, more);
  va_end(more);
  return file;
}

int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) ? va_arg(more, mode_t) : 0;
  va_end(more);
  if (writes(flags) && (folder == AT_FDCWD || path[0] == '/') && counts(path) && goes_wrong()) return -1;
  return next<int(int, const char*, int, ...)>("openat")(folder, path, flags, mode);
}

// Writes to a FILE do not pass here, because the C library calls itself. So no file may be written in this way.
FILE* fopen(const char* path, const char* mode) {
  if (strpbrk(mode, "wa+") && counts(path)) return errno = ENOTSUP, nullptr;
  return next<FILE*(const char*, const char*)>("fopen")(path, mode);
}

FILE* fopen64(const char* path, const char* mode) {
  if (strpbrk(mode, "wa+") && counts(path)) return errno = ENOTSUP, nullptr;
  return next<FILE*(const char*, const char*)>("fopen64")(path, mode);
}

/// Only for an errno: a process that is killed here leaves what one leaves that is killed at the next call. As on Linux
/// the file is closed also if its last bytes could not be written.
int close(int file) {
  const bool fails =
      fault_errno() != 0 && (fcntl(file, F_GETFL) & O_ACCMODE) != O_RDONLY && counts(file) && goes_wrong();
  const int error = errno;
  const int status = next<int(int)>("close")(file);
  if (!fails) return status;
  errno = error;
  return -1;
}

ssize_t write(int file, const void* bytes, size_t count) {
  static const auto real = next<ssize_t(int, const void*, size_t)>("write");
  if (counts(file) && goes_wrong([&] { (void)!real(file, bytes, count / 2); })) return -1;
  return real(file, bytes, count);
}

ssize_t writev(int file, const iovec* pieces, int count) {
  static const auto real = next<ssize_t(int, const iovec*, int)>("writev");
  if (counts(file) && goes_wrong([&] { (void)!real(file, pieces, (count + 1) / 2); })) return -1;
  return real(file, pieces, count);
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
  static const auto real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  if (counts(file) && goes_wrong([&] { (void)!real(file, bytes, count / 2, at); })) return -1;
  return real(file, bytes, count, at);
}

int fsync(int file) {
  if (counts(file) && goes_wrong()) return -1;
  return next<int(int)>("fsync")(file);
}

int flock(int file, int operation) noexcept {
  if (!getenv("GRIDSTRIDE_FAULT_LOCKS")) return next<int(int, int)>("flock")(file, operation);
  errno = ENOSYS;
  return -1;
}

int ftruncate(int file, off_t length) {
  if (counts(file) && goes_wrong()) return -1;
  return next<int(int, off_t)>("ftruncate")(file, length);
}

int rename(const char* from, const char* to) {
  if (counts(to) && goes_wrong()) return -1;
  return next<int(const char*, const char*)>("rename")(from, to);
}

int link(const char* from, const char* to) {
  if (counts(to) && goes_wrong()) return -1;
  return next<int(const char*, const char*)>("link")(from, to);
}

int unlink(const char* path) {
  if (counts(path) && goes_wrong()) return -1;
  return next<int(const char*)>("unlink")(path);
}

int unlinkat(int folder, const char* path, int flags) {
  if ((folder == AT_FDCWD || path[0] == '/') && counts(path) && goes_wrong()) return -1;
  return next<int(int, const char*, int)>("unlinkat")(folder, path, flags);
}

int remove(const char* path) {
  if (counts(path) && goes_wrong()) return -1;
  return next<int(const char*)>("remove")(path);
}

int mkdir(const char* path, mode_t mode) {
  if (counts(path) && goes_wrong()) return -1;
  return next<int(const char*, mode_t)>("mkdir")(path, mode);
}

int rmdir(const char* path) {
  if (counts(path) && goes_wrong()) return -1;
  return next<int(const char*)>("rmdir")(path);
}

int posix_spawn(pid_t* process, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const* words, char* const* environment) {
  static std::atomic<int> started = 0;
  const char* const fails = getenv("GRIDSTRIDE_FAULT_SPAWN");
  if (++started == (fails ? atoi(fails) : 0)) return EAGAIN;
  return next<decltype(posix_spawn)>("posix_spawn")(process, path, actions, attributes, words, environment);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  if (getenv("GRIDSTRIDE_FAULT_THREADS")) return EAGAIN;
  return next<decltype(pthread_create)>("pthread_create")(thread, attributes, start, argument);
}

}  // extern "C"
