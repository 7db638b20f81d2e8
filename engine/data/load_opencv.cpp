// load_opencv.cpp - loads the module of opencv_module.cpp.
#include "engine/data/opencv_module.h"
#if GRIDSTRIDE_WITH_OPENCV
#include <dlfcn.h>

#include "engine/core/load_module.h"
#else
#include "kernels/common/check.h"
#endif

namespace gs {

#if GRIDSTRIDE_WITH_OPENCV
bool built_with_opencv() {
  return true;
}

const OpencvModule& opencv_module() {
  using Functions = const OpencvModule*();
  static void* const handle = load_module(GRIDSTRIDE_OPENCV_MODULE, "the OpenCV module", "cpu");
  static const OpencvModule& module = *reinterpret_cast<Functions*>(dlsym(handle, "gridstride_opencv"))();
  return module;
}
#else
bool built_with_opencv() {
  return false;
}

const OpencvModule& opencv_module() {
  throw Error("this build has no OpenCV");
}
#endif

}  // namespace gs
