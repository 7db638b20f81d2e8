// instrumentation.cpp - the functions that g++ -fsanitize=thread calls at every memory access, and the one that
// -fsanitize-coverage=trace-pc calls in every basic block. The program is not linked with libtsan: ThreadSanitizer
// knows pthreads, the checker knows CUDA.
//
// Each function reports the access; the atomic ones then perform it, with plain accesses, as one OS thread runs all
// blocks.
#include <cstddef>
#include <cstdint>

#include "kernels/sim/check/checker.h"

using gs::simulator::check::access;
using gs::simulator::check::enter_block;
using gs::simulator::check::Kind;

#define GS_CALLER __builtin_return_address(0)

#define GS_PLAIN_ACCESS(bytes)                  \
  void __tsan_read##bytes(void* p) {            \
    access(p, bytes, Kind::read, GS_CALLER);    \
  }                                             \
  void __tsan_write##bytes(void* p) {           \
    access(p, bytes, Kind::write, GS_CALLER);   \
  }                                             \
  void __tsan_unaligned_read##bytes(void* p) {  \
    access(p, bytes, Kind::read, GS_CALLER);    \
  }                                             \
  void __tsan_unaligned_write##bytes(void* p) { \
    access(p, bytes, Kind::write, GS_CALLER);   \
  }

#define GS_ATOMIC_UPDATE(bits, T, name, expression)                      \
  T __tsan_atomic##bits##_##name(volatile T* p, T value, int) {          \
    access(const_cast<T*>(p), sizeof(T), Kind::atomic_write, GS_CALLER); \
    const T old = *p;                                                    \
    *p = T(expression);                                                  \
    return old;                                                          \
  }

#define GS_ATOMIC_COMPARE(bits, T, name)                                             \
  bool __tsan_atomic##bits##_##name(volatile T* p, T* expected, T value, int, int) { \
    access(const_cast<T*>(p), sizeof(T), Kind::atomic_write, GS_CALLER);             \
    const T old = *p;                                                                \
    if (old != *expected) return *expected = old, false;                             \
    return *p = value, true;                                                         \
  }

#define GS_ATOMIC_COMPARE_VALUE(bits, T) /* clang's form */                                    \
  T __tsan_atomic##bits##_compare_exchange_val(volatile T* p, T expected, T value, int, int) { \
    access(const_cast<T*>(p), sizeof(T), Kind::atomic_write, GS_CALLER);                       \
    const T old = *p;                                                                          \
    if (old == expected) *p = value;                                                           \
    return old;                                                                                \
  }

#define GS_ATOMIC_ACCESS(bits, T)                                        \
  T __tsan_atomic##bits##_load(const volatile T* p, int) {               \
    access(const_cast<T*>(p), sizeof(T), Kind::atomic_read, GS_CALLER);  \
    return *p;                                                           \
  }                                                                      \
  void __tsan_atomic##bits##_store(volatile T* p, T value, int) {        \
    access(const_cast<T*>(p), sizeof(T), Kind::atomic_write, GS_CALLER); \
    *p = value;                                                          \
  }                                                                      \
  GS_ATOMIC_UPDATE(bits, T, exchange, value)                             \
  GS_ATOMIC_UPDATE(bits, T, fetch_add, old + value)                      \
  GS_ATOMIC_UPDATE(bits, T, fetch_sub, old - value)                      \
  GS_ATOMIC_UPDATE(bits, T, fetch_and, old& value)                       \
  GS_ATOMIC_UPDATE(bits, T, fetch_or, old | value)                       \
  GS_ATOMIC_UPDATE(bits, T, fetch_xor, old ^ value)                      \
  GS_ATOMIC_COMPARE(bits, T, compare_exchange_strong)                    \
  GS_ATOMIC_COMPARE(bits, T, compare_exchange_weak)                      \
  GS_ATOMIC_COMPARE_VALUE(bits, T)

extern "C" {

void __sanitizer_cov_trace_pc() {
  enter_block(GS_CALLER);
}
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_atomic_thread_fence(int) {}
void __tsan_atomic_signal_fence(int) {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_read_range(void* p, std::size_t bytes) {
  access(p, bytes, Kind::read, GS_CALLER);
}
void __tsan_write_range(void* p, std::size_t bytes) {
  access(p, bytes, Kind::write, GS_CALLER);
}

GS_PLAIN_ACCESS(1)
GS_PLAIN_ACCESS(2)
GS_PLAIN_ACCESS(4)
GS_PLAIN_ACCESS(8)
GS_PLAIN_ACCESS(16)

GS_ATOMIC_ACCESS(8, std::uint8_t)
GS_ATOMIC_ACCESS(16, std::uint16_t)
GS_ATOMIC_ACCESS(32, std::uint32_t)
GS_ATOMIC_ACCESS(64, std::uint64_t)

}  // extern "C"
