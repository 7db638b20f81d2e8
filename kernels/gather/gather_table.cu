// gather_table.cu - the ladder of batch assembly.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

GatherBatch::Launch gather_element, gather_rows;

Room<GatherBatch> gather_room() {
  static const auto rows =
      rows_on<GatherBatch>(target, {{"element", on_all, &gather_element}, {"rows", on_host, &gather_rows}});
  return rows;
}

}  // namespace gs::GS_TARGET
