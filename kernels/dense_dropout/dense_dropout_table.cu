// dense_dropout_table.cu - the ladder of dense layer and dropout in one. Empty on `host`, where a step more costs
// nothing.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

DenseDropoutForward::Launch dense_dropout_forward_tiled;
bool dense_dropout_tiled_supports(const DenseDropout&);
std::size_t dense_dropout_tiled_workspace(const DenseDropout&);

Room<DenseDropoutForward> dense_dropout_forward_room() {
  static const auto rows =
      rows_on<DenseDropoutForward>(target, {{"tiled", on_blocks, &dense_dropout_forward_tiled,
                                             &dense_dropout_tiled_supports, &dense_dropout_tiled_workspace}});
  return rows;
}

}  // namespace gs::GS_TARGET
