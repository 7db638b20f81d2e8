// collect_table.cu - the ladder of collecting.
#include "kernels/room_functions.h"

namespace gs::GS_TARGET {

template <class T>
void collect_element(float* all, const T* rows, const StepState*, const Collect&, void* workspace, stream_t);

template <class T>
Room<CollectRowsOf<T>> collect_room() {
  static const auto rows = rows_on<CollectRowsOf<T>>(target, {{"element", on_all, &collect_element<T>}});
  return rows;
}
template Room<CollectRows> collect_room();
template Room<CollectRowsOf<bf16>> collect_room();

}  // namespace gs::GS_TARGET
