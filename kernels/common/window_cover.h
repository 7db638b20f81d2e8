// window_cover.h - the pooling windows that cover a row or a column.
#pragma once
#include "kernels/common/kernel.h"

namespace gs::GS_TARGET {

/// The range first .. last (inclusive); empty if last < first.
struct Cover {
  int first, last;
};

/// The windows, among `outputs` along one direction, that cover position `at`.
GS_BOTH inline Cover covering(int at, int window, int stride, int outputs) {
  const int first = at < window ? 0 : (at - window) / stride + 1, last = at / stride;
  return {first, last < outputs ? last : outputs - 1};
}

}  // namespace gs::GS_TARGET
