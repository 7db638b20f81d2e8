// optimizer_table.cu - the ladder of the parameter update.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

Update::Launch optimizer_flat;

Room<Update> update_room() {
  static const auto rows = rows_on<Update>(target, {{"flat", on_all, &optimizer_flat}});
  return rows;
}

}  // namespace gs::GS_TARGET
