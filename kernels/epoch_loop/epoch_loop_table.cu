// epoch_loop_table.cu - the ladder of the kernel that ends a repeated step.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

ContinueEpoch::Launch continue_epoch_single_thread;

Room<ContinueEpoch> continue_epoch_room() {
  static const auto rows = rows_on<ContinueEpoch>(target, {{"single_thread", on_all, &continue_epoch_single_thread}});
  return rows;
}

}  // namespace gs::GS_TARGET
