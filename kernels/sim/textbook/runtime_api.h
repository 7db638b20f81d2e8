// runtime_api.h - CUDA's runtime API as far as textbooks use it: memory, streams, events, errors, one device. Streams
// run in order and at once, so every call has ended when it returns.
#pragma once
#include <cstddef>
#include <type_traits>

#include "kernels/sim/textbook/device_properties.h"
#include "kernels/sim/textbook/launch.h"

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInvalidSymbol = 13,
  cudaErrorInvalidMemcpyDirection = 21,
  cudaErrorInvalidDevice = 101,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorNotReady = 600,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchFailure = 719,
  cudaErrorNotSupported = 801,
};
using cudaError = cudaError_t;

enum cudaMemcpyKind {
  cudaMemcpyHostToHost = 0,
  cudaMemcpyHostToDevice = 1,
  cudaMemcpyDeviceToHost = 2,
  cudaMemcpyDeviceToDevice = 3,
  cudaMemcpyDefault = 4,
};
enum { cudaMemAttachGlobal = 1, cudaMemAttachHost = 2 };
enum { cudaHostAllocDefault = 0, cudaHostAllocPortable = 1, cudaHostAllocMapped = 2, cudaHostAllocWriteCombined = 4 };
enum { cudaStreamDefault = 0, cudaStreamNonBlocking = 1 };
enum { cudaEventDefault = 0, cudaEventBlockingSync = 1, cudaEventDisableTiming = 2 };
enum cudaFuncAttribute {
  cudaFuncAttributeMaxDynamicSharedMemorySize = 8,
  cudaFuncAttributePreferredSharedMemoryCarveout = 9
};
enum cudaFuncCache {
  cudaFuncCachePreferNone,
  cudaFuncCachePreferShared,
  cudaFuncCachePreferL1,
  cudaFuncCachePreferEqual
};

// ---- memory

namespace gs::textbook {
/// `expression`: the pointer as the program writes it, "(void**)&d_a", which gives the memory its name.
cudaError_t allocate(const char* expression, void** pointer, std::size_t bytes, std::size_t element_bytes, bool managed,
                     source_location where);
template <class T>
cudaError_t allocate(const char* expression, T** pointer, std::size_t bytes, bool managed,
                     source_location where = source_location::current()) {
  return allocate(expression, (void**)pointer, bytes, detail::size_of_pointee<T>(), managed, where);
}
/// Rows of `width` bytes, each at a multiple of 512.
template <class T>
cudaError_t allocate_rows(const char* expression, T** pointer, std::size_t* pitch, std::size_t width,
                          std::size_t height, source_location where = source_location::current()) {
  *pitch = (width + 511) / 512 * 512;
  return allocate(expression, pointer, *pitch * height, false, where);
}
cudaError_t allocate_host(void** pointer, std::size_t bytes);
}  // namespace gs::textbook

// Macros, because a message calls memory by the name of its pointer.
#define cudaMalloc(pointer, ...) ::gs::textbook::allocate(#pointer, pointer, (__VA_ARGS__), false)
#define cudaMallocPitch(pointer, ...) ::gs::textbook::allocate_rows(#pointer, pointer, __VA_ARGS__)
#define cudaMallocAsync(pointer, bytes, stream) ::gs::textbook::allocate(#pointer, pointer, bytes, false)
#define GS_ALLOCATE_MANAGED(pointer, bytes, ...) ::gs::textbook::allocate(#pointer, pointer, bytes, true)
#define cudaMallocManaged(...) GS_ALLOCATE_MANAGED(__VA_ARGS__, cudaMemAttachGlobal)

using gs::source_location;

/// `function`: that calls it; a destructor's name begins with ~.
cudaError_t cudaFree(void* pointer, source_location where = source_location::current(),
                     const char* function = __builtin_FUNCTION());
inline cudaError_t cudaFreeAsync(void* pointer, cudaStream_t, source_location where = source_location::current(),
                                 const char* function = __builtin_FUNCTION()) {
  return cudaFree(pointer, where, function);
}
template <class T>
cudaError_t cudaMallocHost(T** pointer, std::size_t bytes, unsigned = 0) {
  return gs::textbook::allocate_host(reinterpret_cast<void**>(pointer), bytes);
}
template <class T>
cudaError_t cudaHostAlloc(T** pointer, std::size_t bytes, unsigned = 0) {
  return gs::textbook::allocate_host(reinterpret_cast<void**>(pointer), bytes);
}
cudaError_t cudaFreeHost(void* pointer);

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                       source_location where = source_location::current());
inline cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                                   cudaStream_t = nullptr, source_location where = source_location::current()) {
  return cudaMemcpy(to, from, bytes, kind, where);
}
cudaError_t cudaMemcpy2D(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch, std::size_t width,
                         std::size_t height, cudaMemcpyKind kind, source_location where = source_location::current());
cudaError_t cudaMemset(void* to, int value, std::size_t bytes, source_location where = source_location::current());
inline cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t = nullptr,
                                   source_location where = source_location::current()) {
  return cudaMemset(to, value, bytes, where);
}
template <class T>
cudaError_t cudaMemcpyToSymbol(T& symbol, const void* from, std::size_t bytes, std::size_t offset = 0,
                               cudaMemcpyKind = cudaMemcpyHostToDevice,
                               source_location where = source_location::current()) {
  return cudaMemcpy(reinterpret_cast<char*>(&symbol) + offset, from, bytes, cudaMemcpyDefault, where);
}
template <class T>
cudaError_t cudaMemcpyFromSymbol(void* to, const T& symbol, std::size_t bytes, std::size_t offset = 0,
                                 cudaMemcpyKind = cudaMemcpyDeviceToHost,
                                 source_location where = source_location::current()) {
  return cudaMemcpy(to, reinterpret_cast<const char*>(&symbol) + offset, bytes, cudaMemcpyDefault, where);
}
template <class T>
cudaError_t cudaGetSymbolAddress(void** address, T& symbol) {
  *address = &symbol;
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total);
inline cudaError_t cudaMemPrefetchAsync(const void*, std::size_t, int, cudaStream_t = nullptr) {
  return cudaSuccess;
}

// ---- errors

/// The last error, which it also forgets.
cudaError_t cudaGetLastError();
cudaError_t cudaPeekAtLastError();
const char* cudaGetErrorName(cudaError_t);
const char* cudaGetErrorString(cudaError_t);

// ---- streams and events

cudaError_t cudaStreamCreate(cudaStream_t*);
inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  return cudaStreamCreate(stream);
}
inline cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int) {
  return cudaStreamCreate(stream);
}
cudaError_t cudaStreamDestroy(cudaStream_t);
inline cudaError_t cudaStreamSynchronize(cudaStream_t) {
  return cudaSuccess;
}
inline cudaError_t cudaStreamQuery(cudaStream_t) {
  return cudaSuccess;
}
inline cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned = 0) {
  return cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t*);
inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return cudaEventCreate(event);
}
cudaError_t cudaEventDestroy(cudaEvent_t);
inline cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t = nullptr) {
  return cudaSuccess;
}
inline cudaError_t cudaEventSynchronize(cudaEvent_t) {
  return cudaSuccess;
}
inline cudaError_t cudaEventQuery(cudaEvent_t) {
  return cudaSuccess;
}
/// A simulated GPU has no time: gives NaN, and says so once.
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t, cudaEvent_t,
                                 source_location where = source_location::current());

// ---- the device: an H200

cudaError_t cudaGetDeviceProperties(cudaDeviceProp*, int device);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int device);

inline cudaError_t cudaDeviceSynchronize() {
  return cudaSuccess;
}
inline cudaError_t cudaDeviceReset() {
  return cudaSuccess;
}
inline cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
inline cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}
inline cudaError_t cudaSetDevice(int device) {
  return device == 0 ? cudaSuccess : cudaErrorInvalidDevice;
}
namespace gs::textbook {
cudaError_t set_attribute(const void* kernel, cudaFuncAttribute, int value, source_location where);
}
template <class Kernel>
cudaError_t cudaFuncSetAttribute(Kernel* kernel, cudaFuncAttribute attribute, int value,
                                 source_location where = source_location::current()) {
  return gs::textbook::set_attribute((const void*)kernel, attribute, value, where);
}
template <class Kernel>
cudaError_t cudaFuncSetCacheConfig(Kernel, cudaFuncCache) {
  return cudaSuccess;
}
