// gather_table.cu - the ladder of batch assembly.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

GatherBatch::Launch gather_element, gather_rows;
GatherAugmented::Launch augment_block, augment_cores;

template <>
Room<GatherBatch> gather_room<float>() {
  static const auto rows =
      rows_on<GatherBatch>(target, {{"element", on_all, &gather_element}, {"rows", on_host, &gather_rows}});
  return rows;
}

template <>
Room<GatherAugmented> gather_augmented_room<float>() {
  static const auto rows = rows_on<GatherAugmented>(
      target, {{"block", on_blocks, &augment_block}, {"cores", on_host, GS_HOST_FORM(augment_cores)}});
  return rows;
}

}  // namespace gs::GS_TARGET
