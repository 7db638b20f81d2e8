// allocations.cpp - a library to preload (LD_PRELOAD): counts the allocations between the start and the end of main(),
// and lets some fail.
//
//   GRIDSTRIDE_ALLOCATION_AT      the first allocation that may fail, counted from 1; 0: none fails
//   GRIDSTRIDE_ALLOCATIONS_FAIL   how many fail from there on
//   GRIDSTRIDE_ALLOCATION_COUNT   a file to which the number of allocations is written at the end of main()
//
// Code outside the project that ends the process by itself when it gets no memory is spared: its allocations succeed,
// and the next one outside it fails.
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

// glibc's own names of its functions: dlsym() itself allocates.
extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
}

namespace {

// oneDNN and cuBLASLt read through null pointers; GDAL, which OpenCV loads to write PNG, aborts; libgomp exits with a
// line of its own.
constexpr const char* spared_libraries[] = {"/libdnnl.", "/libcublasLt.", "/libgdal.", "/libgomp."};
// The members of std::filesystem::path: `/=` of libstdc++ 12 frees its parts twice.
constexpr const char* spared_functions[] = {"_ZNSt10filesystem7__cxx114path"};

std::atomic<bool> in_main = false;
std::atomic<long> allocations = 0, failures = 0;
long first_failure = 0;
int (*real_main)(int, char**, char**) = nullptr;
thread_local bool looking = false, loading = false;

bool is_spared(void* address) {
  Dl_info place{};
  if (!dladdr(address, &place)) return false;
  for (const char* library : spared_libraries)
    if (place.dli_fname && strstr(place.dli_fname, library)) return true;
  for (const char* function : spared_functions)
    if (place.dli_sname && strncmp(place.dli_sname, function, strlen(function)) == 0) return true;
  return false;
}

/// Whether code that is spared asks, itself or through other functions.
bool spared_code_asks() {
  void* callers[128];
  looking = true;  // backtrace() may allocate
  const int count = backtrace(callers, 128);
  looking = false;
  for (int caller = 0; caller < count; ++caller)
    if (is_spared(callers[caller])) return true;
  return false;
}

bool fails() {
  if (!in_main || looking || loading) return false;
  const long number = ++allocations;
  if (first_failure == 0 || number < first_failure || failures <= 0 || spared_code_asks()) return false;
  --failures;
  errno = ENOMEM;
  return true;
}

long number_of(const char* name) {
  const char* const text = getenv(name);
  return text ? atol(text) : 0;
}

void report() {
  const char* const path = getenv("GRIDSTRIDE_ALLOCATION_COUNT");
  const int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
  if (file < 0) return;
  dprintf(file, "%ld\n", allocations.load());
  close(file);
}

int counted_main(int count, char** words, char** environment) {
  first_failure = number_of("GRIDSTRIDE_ALLOCATION_AT");
  failures = number_of("GRIDSTRIDE_ALLOCATIONS_FAIL");
  in_main = true;
  const int status = real_main(count, words, environment);
  in_main = false;
  report();
  return status;
}

}  // namespace

extern "C" {

int __libc_start_main(int (*main)(int, char**, char**), int count, char** words, void (*init)(), void (*fini)(),
                      void (*rtld_fini)(), void* stack_end) {
  real_main = main;
  const auto start = reinterpret_cast<decltype(&__libc_start_main)>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return start(counted_main, count, words, init, fini, rtld_fini, stack_end);
}

/// Spares a module that is loaded: an exception that an initialiser of a library throws ends the process.
void* dlopen(const char* file, int mode) {
  static const auto load = reinterpret_cast<decltype(&dlopen)>(dlsym(RTLD_NEXT, "dlopen"));
  const bool before = std::exchange(loading, true);
  void* const library = load(file, mode);
  loading = before;
  return library;
}

void* malloc(size_t bytes) {
  return fails() ? nullptr : __libc_malloc(bytes);
}

void* calloc(size_t count, size_t bytes) {
  return fails() ? nullptr : __libc_calloc(count, bytes);
}

void* realloc(void* old, size_t bytes) {
  return fails() ? nullptr : __libc_realloc(old, bytes);
}

void* memalign(size_t alignment, size_t bytes) {
  return fails() ? nullptr : __libc_memalign(alignment, bytes);
}

void* aligned_alloc(size_t alignment, size_t bytes) {
  return fails() ? nullptr : __libc_memalign(alignment, bytes);
}

int posix_memalign(void** place, size_t alignment, size_t bytes) {
  void* const memory = fails() ? nullptr : __libc_memalign(alignment, bytes);
  if (!memory) return ENOMEM;
  *place = memory;
  return 0;
}

}  // extern "C"
