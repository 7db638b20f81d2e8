// collect_table.cu - the ladder of collecting.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

CollectRows::Launch collect_element;

template <>
Room<CollectRows> collect_room<float>() {
  static const auto rows = rows_on<CollectRows>(target, {{"element", on_all, &collect_element}});
  return rows;
}

}  // namespace gs::GS_TARGET
