// advance_table.cu - the ladder of the advance kernel.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

AdvanceStep::Launch advance_single_thread;

Room<AdvanceStep> advance_room() {
  static const auto rows = rows_on<AdvanceStep>(target, {{"single_thread", on_all, &advance_single_thread}});
  return rows;
}

}  // namespace gs::GS_TARGET
