// metrics_table.cu - the ladder of the metrics ring.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

RecordMetrics::Launch metrics_single_thread, metrics_warp;

Room<RecordMetrics> record_metrics_room() {
  static const auto rows = rows_on<RecordMetrics>(
      target, {{"single_thread", on_all, &metrics_single_thread}, {"warp", on_blocks, &metrics_warp}});
  return rows;
}

}  // namespace gs::GS_TARGET
